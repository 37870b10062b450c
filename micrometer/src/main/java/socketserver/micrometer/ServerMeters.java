package socketserver.micrometer;

import static socketserver.request.CloseReason.CHILD_LOST;
import static socketserver.request.CloseReason.CHILD_TIMEOUT;
import static socketserver.request.CloseReason.CUT;
import static socketserver.request.CloseReason.DRAINED;
import static socketserver.request.CloseReason.HANDLED;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

import socketserver.BaseServer;
import socketserver.LiveRequest;
import socketserver.RefusalReason;
import socketserver.ServerListener;
import socketserver.ShutdownReport;
import socketserver.request.CloseReason;

import java.net.SocketAddress;
import java.util.EnumSet;
import java.util.Set;

/// Counts what one server tells, in the meters that it has in one registry.
///
/// Nothing is looked up and nothing is locked where an event is counted.
final class ServerMeters implements ServerListener {
    /// What [CloseReason#of(Throwable)] can answer.
    private static final Set<CloseReason> OF_FAILURES =
            EnumSet.complementOf(EnumSet.of(HANDLED, DRAINED, CUT, CHILD_LOST, CHILD_TIMEOUT));

    private final BaseServer<?> server;
    private final RegisteredMeters meters;
    private final Counter accepted;
    private final MetersByReason<RefusalReason, Counter> refused;
    private final MetersByReason<CloseReason, Timer> durations;
    private final Counter received;
    private final Counter transmitted;
    private final MetersByReason<CloseReason, Counter> errors;
    private final Counter acceptErrors;
    private final Timer drains;

    private ServerMeters(BaseServer<?> server, RegisteredMeters meters) {
        this.server = server;
        this.meters = meters;
        // A counter first: a registry that has such a gauge already would warn of it.
        accepted =
                meters.counter(
                        "socketserver.requests.accepted",
                        null,
                        "Requests that were taken and admitted.",
                        Tags.empty());
        meters.gauge(
                "socketserver.requests.active", null, "Live requests.", server, BaseServer::active);
        refused =
                new MetersByReason<>(
                        "reason",
                        EnumSet.allOf(RefusalReason.class),
                        reason ->
                                meters.counter(
                                        "socketserver.requests.refused",
                                        null,
                                        "Clients that were turned away.",
                                        reason));
        durations =
                new MetersByReason<>(
                        "reason",
                        EnumSet.allOf(CloseReason.class),
                        reason ->
                                meters.timer(
                                        "socketserver.request.duration",
                                        "How long requests were live that have ended.",
                                        reason));
        received = io("receive");
        transmitted = io("transmit");
        errors =
                new MetersByReason<>(
                        "error.type",
                        OF_FAILURES,
                        type ->
                                meters.counter(
                                        "socketserver.request.errors",
                                        "errors",
                                        "Failures of handlers and of hooks.",
                                        type));
        acceptErrors =
                meters.counter(
                        "socketserver.accept.errors",
                        "errors",
                        "Failed attempts to take a request.",
                        Tags.empty());
        meters.gauge(
                "socketserver.queue",
                "requests",
                "Requests whose handlers have not begun.",
                server,
                ServerMeters::queued);
        meters.gauge(
                "socketserver.ready",
                null,
                "1 if new clients are welcome, else 0.",
                server,
                each -> each.ready() ? 1 : 0);
        drains = meters.timer("socketserver.drain.duration", "How long drains took.", Tags.empty());
    }

    private Counter io(String direction) {
        return meters.counter(
                "socketserver.request.io",
                "bytes",
                "What clients have sent and got, of requests that have ended.",
                Tags.of("direction", direction));
    }

    private static long queued(BaseServer<?> server) {
        return server.requests().stream()
                .filter(row -> row.state() == LiveRequest.State.QUEUED)
                .count();
    }

    /// {@return the meters of that server in that registry, which count from now on}
    ///
    /// @param tags beside those that the server has by itself
    /// @throws IllegalStateException if the server has no address yet, or the registry has such
    ///   meters already
    static ServerMeters of(BaseServer<?> server, MeterRegistry registry, Tags tags) {
        Tags all = ServerTags.of(server).and(tags);
        RegisteredMeters registered = new RegisteredMeters(registry, all);
        try {
            ServerMeters meters = new ServerMeters(server, registered);
            server.addListener(meters);
            return meters;
        } catch (Throwable thrown) {
            registered.remove();
            throw thrown;
        }
    }

    /// Counts no more, and removes the meters.
    void close() {
        server.removeListener(this);
        meters.remove();
    }

    @Override
    public void opened(LiveRequest request) {
        accepted.increment();
    }

    @Override
    public void closed(LiveRequest request, CloseReason reason) {
        durations.of(reason).record(request.duration());
        received.increment((double) request.bytesIn());
        transmitted.increment((double) request.bytesOut());
    }

    @Override
    public void refused(BaseServer<?> server, SocketAddress client, RefusalReason reason) {
        refused.of(reason).increment();
    }

    @Override
    public void failed(LiveRequest request, Throwable failure) {
        errors.of(CloseReason.of(failure)).increment();
    }

    @Override
    public void acceptFailed(BaseServer<?> server, Throwable failure, int attempt) {
        acceptErrors.increment();
    }

    @Override
    public void drained(BaseServer<?> server, ShutdownReport report) {
        drains.record(report.took());
    }

    /// {@return whose meters they are, for the library's log}
    @Override
    public String toString() {
        return "metrics of " + server;
    }
}
