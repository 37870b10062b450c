package socketserver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/// Several servers that live together: they start, stop, drain and close as one.
///
/// {@snippet class="socketserver.SnippetsTest" region="group"}
///
/// All methods may be called from any thread.
public final class ServerGroup implements AutoCloseable {
    private final List<BaseServer<?>> servers;

    private ServerGroup(List<BaseServer<?>> servers) {
        this.servers = servers;
    }

    /// {@return a group of those servers, which belong to it from now on}
    public static ServerGroup of(BaseServer<?>... servers) {
        return new ServerGroup(List.of(servers));
    }

    /// {@return a group of those servers, which belong to it from now on}
    public static ServerGroup of(List<? extends BaseServer<?>> servers) {
        return new ServerGroup(List.copyOf(servers));
    }

    /// {@return the servers}
    public List<BaseServer<?>> servers() {
        return servers;
    }

    /// {@return the live requests of all servers}
    public List<LiveRequest> requests() {
        List<LiveRequest> all = new ArrayList<>();
        servers.forEach(server -> all.addAll(server.requests()));
        return all;
    }

    /// Lets that be told of what happens to any of the servers.
    public void addListener(ServerListener listener) {
        servers.forEach(server -> server.addListener(listener));
    }

    /// Starts all servers in the background, or none.
    ///
    /// @throws IllegalStateException if one cannot serve
    public void start() {
        List<BaseServer<?>> started = new ArrayList<>();
        try {
            for (BaseServer<?> server : servers) {
                server.start();
                started.add(server);
            }
        } catch (RuntimeException thrown) {
            started.forEach(BaseServer::requestStop);
            throw thrown;
        }
    }

    /// Serves until all servers were stopped; if one cannot serve on, the others are stopped, too.
    ///
    /// @throws IllegalStateException if one cannot serve
    public void serveForever() {
        List<CompletableFuture<Void>> serving = new ArrayList<>();
        for (BaseServer<?> server : servers) {
            CompletableFuture<Void> ended = new CompletableFuture<>();
            serving.add(ended);
            Thread.ofPlatform()
                    .name("socketserver " + server.address())
                    .start(() -> serve(server, ended));
        }
        try {
            CompletableFuture.allOf(serving.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw failed;
        }
    }

    private void serve(BaseServer<?> server, CompletableFuture<Void> ended) {
        try {
            server.serveForever();
            ended.complete(null);
        } catch (Throwable thrown) {
            requestStop();
            ended.completeExceptionally(thrown);
        }
    }

    /// {@return whether new clients are welcome to all servers}
    public boolean ready() {
        return servers.stream().allMatch(BaseServer::ready);
    }

    /// Lets all servers take no more requests until [#resume()].
    public void suspend() {
        servers.forEach(BaseServer::suspend);
    }

    /// Lets all servers take requests again.
    public void resume() {
        servers.forEach(BaseServer::resume);
    }

    /// Asks all servers to stop serving, and returns at once.
    public void requestStop() {
        servers.forEach(BaseServer::requestStop);
    }

    /// Drains all servers at the same time.
    ///
    /// @return one report of all
    /// @see BaseServer#shutdown(Drain)
    public ShutdownReport shutdown(Drain drain) {
        return ShutdownReport.of(together(server -> server.shutdown(drain)));
    }

    /// Drains all servers at the same time, at once.
    ///
    /// @return one report of all
    /// @see BaseServer#shutdown(Duration)
    public ShutdownReport shutdown(Duration time) {
        return shutdown(Drain.within(time));
    }

    /// Drains and closes all servers at the same time.
    ///
    /// @return one report of all
    /// @see BaseServer#close(Drain)
    public ShutdownReport close(Drain drain) {
        return ShutdownReport.of(together(server -> server.close(drain)));
    }

    /// Drains and closes all servers when the JVM ends.
    ///
    /// @see BaseServer#drainAtExit(Drain)
    public void drainAtExit(Drain drain) {
        servers.forEach(server -> server.drainAtExit(drain));
    }

    /// Closes all servers at the same time.
    @Override
    public void close() {
        together(
                server -> {
                    server.close();
                    return true;
                });
    }

    private <T> List<T> together(Function<BaseServer<?>, T> action) {
        List<CompletableFuture<T>> all = new ArrayList<>();
        for (BaseServer<?> server : servers) {
            all.add(
                    CompletableFuture.supplyAsync(
                            () -> action.apply(server), Thread::startVirtualThread));
        }
        return all.stream().map(CompletableFuture::join).toList();
    }
}
