package socketserver.cli;

import socketserver.BaseServer;
import socketserver.Drain;
import socketserver.LiveRequest;
import socketserver.RefusalReason;
import socketserver.ServerListener;
import socketserver.request.CloseReason;

import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/// Counts of what has happened to one server since it was opened.
final class StatusCounts implements ServerListener {
    private final LongAdder accepted = new LongAdder();
    private final Tally<RefusalReason> refused = new Tally<>(RefusalReason.class);
    private final Tally<CloseReason> closed = new Tally<>(CloseReason.class);
    private final LongAdder errors = new LongAdder();
    private final LongAdder acceptErrors = new LongAdder();
    private final LongAdder endedIn = new LongAdder();
    private final LongAdder endedOut = new LongAdder();
    private final StatusHistogram durations = new StatusHistogram();
    // Set by the thread that suspends, resumes or drains.
    private volatile boolean suspended;
    private volatile boolean draining;
    // What was told last. Guarded by the lock of this.
    private Bytes told = new Bytes(0, 0);

    /// How many bytes have come in and gone out.
    record Bytes(long in, long out) {}

    /// A count for each constant of an enum.
    private static final class Tally<E extends Enum<E>> {
        private final Map<E, LongAdder> counts;

        Tally(Class<E> reasons) {
            counts = new EnumMap<>(reasons);
            for (E reason : reasons.getEnumConstants()) {
                counts.put(reason, new LongAdder());
            }
        }

        void increment(E reason) {
            Objects.requireNonNull(counts.get(reason)).increment();
        }

        Map<String, Long> named() {
            Map<String, Long> named = new LinkedHashMap<>();
            counts.forEach(
                    (reason, count) ->
                            named.put(reason.name().toLowerCase(Locale.ROOT), count.sum()));
            return named;
        }
    }

    @Override
    public void opened(LiveRequest request) {
        accepted.increment();
    }

    @Override
    public void refused(BaseServer<?> server, SocketAddress client, RefusalReason reason) {
        refused.increment(reason);
    }

    @Override
    public void failed(LiveRequest request, Throwable failure) {
        // What a client alone has caused is among the reasons.
        if (CloseReason.of(failure) == CloseReason.FAILED) {
            errors.increment();
        }
    }

    @Override
    public void acceptFailed(BaseServer<?> server, Throwable failure, int attempt) {
        acceptErrors.increment();
    }

    @Override
    public void closed(LiveRequest request, CloseReason reason) {
        closed.increment(reason);
        endedIn.add(request.bytesIn());
        endedOut.add(request.bytesOut());
        durations.add(request.duration());
    }

    @Override
    public void suspended(BaseServer<?> server) {
        suspended = true;
    }

    @Override
    public void resumed(BaseServer<?> server) {
        suspended = false;
    }

    @Override
    public void draining(BaseServer<?> server, Drain drain) {
        draining = true;
    }

    long accepted() {
        return accepted.sum();
    }

    Map<String, Long> refused() {
        return refused.named();
    }

    Map<String, Long> closed() {
        return closed.named();
    }

    /// {@return how many handlers and hooks have failed, but for what a client alone has caused}
    long errors() {
        return errors.sum();
    }

    /// {@return how many attempts to take a request have failed}
    long acceptErrors() {
        return acceptErrors.sum();
    }

    StatusHistogram durations() {
        return durations;
    }

    boolean isSuspended() {
        return suspended;
    }

    boolean isDraining() {
        return draining;
    }

    /// {@return the bytes of all requests: never less than were told before, though a request may
    /// end between the two sums}
    synchronized Bytes bytes(BaseServer<?> server) {
        long in = endedIn.sum();
        long out = endedOut.sum();
        List<LiveRequest> live = server.requests();
        for (LiveRequest request : live) {
            in += request.bytesIn();
            out += request.bytesOut();
        }
        told = new Bytes(Math.max(told.in, in), Math.max(told.out, out));
        return told;
    }
}
