package socketserver.cli;

import socketserver.BaseServer;
import socketserver.ListeningServer;
import socketserver.LiveRequest;
import socketserver.ServerOptions;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Supplier;

/// What the status page tells of: the servers of the command, and what was counted of each.
final class StatusSource {
    private final Servers servers;
    private final Supplier<ServeOptions> options;
    private final List<One> all = new ArrayList<>();
    private final Instant started = Instant.now();

    /// One of the servers.
    ///
    /// @param address what it listens on, in the form of the command line
    record One(BaseServer<?> server, String address, StatusCounts counts) {
        List<LiveRequest> live() {
            return server.requests();
        }

        StatusCounts.Bytes bytes() {
            return counts.bytes(server);
        }
    }

    /// Makes the source, which counts from now on.
    ///
    /// @param options those that are in force at the moment
    StatusSource(Servers servers, Supplier<ServeOptions> options) {
        this.servers = servers;
        this.options = options;
        for (BaseServer<?> server : servers.group().servers()) {
            StatusCounts counts = new StatusCounts();
            server.addListener(counts);
            all.add(new One(server, servers.addressOf(server), counts));
        }
    }

    List<One> all() {
        return all;
    }

    boolean isReady() {
        return servers.group().ready();
    }

    boolean isSuspended() {
        return all.stream().anyMatch(one -> one.counts().isSuspended());
    }

    boolean isDraining() {
        return all.stream().anyMatch(one -> one.counts().isDraining());
    }

    void suspend() {
        servers.group().suspend();
    }

    void resume() {
        servers.group().resume();
    }

    /// {@return the settings in force: those of the first server, because all change together}
    ServerOptions settings() {
        return all.getFirst().server().options();
    }

    /// Changes the settings of all servers, or of none.
    ///
    /// @throws WrongArgumentException if a text says nothing
    /// @throws IllegalArgumentException if a value cannot be
    /// @throws IllegalStateException if a server cannot change
    synchronized void change(StatusLimits.Change change) throws WrongArgumentException {
        LinkedHashMap<BaseServer<?>, ServerOptions> changed = new LinkedHashMap<>();
        for (One one : all) {
            changed.put(one.server(), change.apply(one.server().options()));
        }
        changed.forEach(BaseServer::options);
    }

    String engine() {
        return all.getFirst().server() instanceof ListeningServer<?> listening
                ? listening.engine()
                : "";
    }

    String model() {
        return options.get().modelName();
    }

    /// {@return how long a stop waits for the live requests unless it is told}
    Duration drainTime() {
        return options.get().drain();
    }

    Instant started() {
        return started;
    }
}
