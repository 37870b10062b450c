package socketserver.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

import socketserver.BaseServer;
import socketserver.ServerGroup;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The metrics of a server, or of each server of a group.
///
/// {@snippet class="socketserver.micrometer.SnippetsTest" region="metrics"}
///
/// Each server has these meters in each registry that they are bound to:
///
/// | meter | kind | unit | tag | what |
/// |---|---|---|---|---|
/// | `socketserver.requests.active` | gauge | | | live requests |
/// | `socketserver.requests.accepted` | counter | | | admitted requests |
/// | `socketserver.requests.refused` | counter | | `reason` | clients that were turned away |
/// | `socketserver.request.duration` | timer | seconds | `reason` | how long requests were live |
/// | `socketserver.request.io` | counter | bytes | `direction` | what clients sent and got |
/// | `socketserver.request.errors` | counter | errors | `error.type` | failures of handlers, hooks |
/// | `socketserver.accept.errors` | counter | errors | | failed attempts to take a request |
/// | `socketserver.queue` | gauge | requests | | requests whose handlers have not begun |
/// | `socketserver.ready` | gauge | | | 1 if new clients are welcome, else 0 |
/// | `socketserver.drain.duration` | timer | seconds | | how long drains took |
///
/// A `reason` is a [socketserver.RefusalReason] or a [socketserver.request.CloseReason] in lower
/// case, `client_full` say; an `error.type` is what
/// [CloseReason#of][socketserver.request.CloseReason#of(Throwable)] makes of the failure; a
/// `direction` is `receive` or `transmit`. A request's duration and its bytes are known, and
/// counted, when it has ended. Failed attempts to take a request are not among the failures of
/// requests.
///
/// All meters of a server carry the tags `server.address`, `server.port`, `network.transport`
/// (`tcp`, `udp`, `unix`, or `unixgram` for Unix datagrams) and `engine`, each `none` where a
/// server has no such thing, and the tags that were given, which replace those of the same key.
///
/// ## What it costs
///
/// All meters are registered when the server is bound to the registry, also those of reasons that
/// may never come: some 80 time series for each server. An event finds its meter by the reason's
/// number, so that a request costs a few counters and the record of a timer. `socketserver.queue`
/// alone costs at the time of the scrape: it copies the table of live requests and asks each for
/// its state. A `MeterFilter` that denies a meter saves its cost.
///
/// All methods may be called from any thread.
public final class ServerMetrics implements MeterBinder, AutoCloseable {
    private final List<BaseServer<?>> servers;
    private final Tags tags;
    private final Set<MeterRegistry> registries = ConcurrentHashMap.newKeySet();
    private final Queue<ServerMeters> bound = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /// Makes the metrics of that server, which count from when they are bound.
    ///
    /// @param tags keys and values in turn, for all its meters
    /// @throws IllegalArgumentException if the last key has no value
    public ServerMetrics(BaseServer<?> server, String... tags) {
        this(server, pairs(tags));
    }

    /// Makes the metrics of that server, which count from when they are bound.
    ///
    /// @param tags for all its meters
    public ServerMetrics(BaseServer<?> server, Iterable<? extends Tag> tags) {
        this(List.of(server), tags);
    }

    /// Makes the metrics of the servers of that group, which count from when they are bound.
    ///
    /// @param tags keys and values in turn, for all their meters
    /// @throws IllegalArgumentException if the last key has no value
    public ServerMetrics(ServerGroup group, String... tags) {
        this(group, pairs(tags));
    }

    /// Makes the metrics of the servers of that group, which count from when they are bound.
    ///
    /// @param tags for all their meters
    public ServerMetrics(ServerGroup group, Iterable<? extends Tag> tags) {
        this(group.servers(), tags);
    }

    private ServerMetrics(List<BaseServer<?>> servers, Iterable<? extends Tag> tags) {
        this.servers = servers;
        this.tags = Tags.of(tags);
    }

    private static Tags pairs(String... tags) {
        if (tags.length % 2 != 0) {
            throw new IllegalArgumentException(
                    "tags (%s) must be keys and values in turn: the last key has no value"
                            .formatted(Arrays.toString(tags)));
        }
        return Tags.of(tags);
    }

    /// Registers the meters, and counts from now on; nothing changes if they are bound to that
    /// registry already. They may be bound to several.
    ///
    /// Requests that are live at this moment are among the active ones, and are counted when they
    /// end, though they never were counted as accepted.
    ///
    /// @throws IllegalStateException if a server is not bound to an address yet; if the registry
    ///   has a meter of the same name and tags, so that two servers would be counted as one; or if
    ///   these metrics are closed
    @Override
    public void bindTo(MeterRegistry registry) {
        requireOpen();
        if (!registries.add(registry)) {
            return;
        }
        List<ServerMeters> made = new ArrayList<>();
        try {
            for (BaseServer<?> server : servers) {
                made.add(ServerMeters.of(server, registry, tags));
            }
        } catch (Throwable thrown) {
            made.forEach(ServerMeters::close);
            registries.remove(registry);
            throw thrown;
        }
        bound.addAll(made);
        if (closed) {
            close();
            requireOpen();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(
                    "metrics of %s are closed: make new ones".formatted(servers));
        }
    }

    /// Removes the meters from their registries, and counts no more. The servers go on.
    ///
    /// Nothing else removes them: the meters of a server that was closed stay as they are, so that
    /// the end of its life can be seen.
    @Override
    public void close() {
        closed = true;
        for (ServerMeters meters; (meters = bound.poll()) != null; ) {
            meters.close();
        }
    }
}
