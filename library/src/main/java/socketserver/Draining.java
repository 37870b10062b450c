package socketserver;

import socketserver.request.CloseReason;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// One drain of a server, from the moment at which it is not ready any more to the report.
///
/// One thread runs it, possibly one that handles a request of the server: that request is neither
/// told nor waited for.
final class Draining {
    /// How long handlers may take to end whose requests were cut.
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final BaseServer<?> server;
    private final LiveRequests live;
    private final Drain drain;
    private final long start = System.nanoTime();
    private final Deadline deadline;
    // When the first may be told.
    private long stop = start;

    Draining(BaseServer<?> server, Drain drain) {
        this.server = server;
        this.drain = drain;
        live = server.live();
        deadline = Deadline.in(drain.time());
    }

    /// Drains the server.
    ///
    /// @param asked the stop of serving
    ShutdownReport run(Stop asked) {
        stop = System.nanoTime();
        List<LiveRequest> before = live.others();
        List<LiveRequest> cut =
                live.whileStopping(
                        () -> {
                            awaitStop(asked, before);
                            return finish(before) ? List.of() : cut();
                        });
        List<ShutdownReport.Stuck> stuck = cut.isEmpty() ? List.of() : stuck(cut);
        Set<LiveRequest> unfinished = new HashSet<>(live.others());
        unfinished.addAll(cut);
        long finished = before.stream().filter(row -> !unfinished.contains(row)).count();
        return new ShutdownReport(
                (int) finished, cut, stuck, Duration.ofNanos(System.nanoTime() - start));
    }

    /// The stop of serving, which was asked for.
    interface Stop {
        /// {@return whether it has come about before that time}
        boolean isDoneBefore(Deadline deadline);
    }

    /// Waits until nothing more is taken: under the synchronous model, for the handler that runs.
    private void awaitStop(Stop asked, List<LiveRequest> all) {
        do {
            tell(all);
        } while (!asked.isDoneBefore(deadline.or(Deadline.in(LiveRequests.SWEEP)))
                && !deadline.passed()
                && !Thread.currentThread().isInterrupted());
    }

    private boolean finish(List<LiveRequest> before) {
        Set<LiveRequest> all = new LinkedHashSet<>(before);
        // Some may have been taken at the last moment.
        all.addAll(live.others());
        return live.awaitEmpty(deadline, server.servesHere(), () -> tell(all));
    }

    /// Tells those whose turn it is, again and again: one that was about to wait for its client at
    /// the first time may have missed it.
    private void tell(Collection<LiveRequest> all) {
        long spread = drain.spread().toNanos();
        long passed = System.nanoTime() - stop;
        long due =
                passed >= spread
                        ? all.size()
                        : (long) (1 + all.size() * (passed / (double) spread));
        all.stream()
                .limit(due)
                .filter(row -> !row.isGone())
                .forEach(row -> row.drain(CloseReason.DRAINED));
    }

    private List<LiveRequest> cut() {
        List<LiveRequest> others = live.others();
        others.forEach(row -> row.close(CloseReason.CUT));
        return others;
    }

    private List<ShutdownReport.Stuck> stuck(List<LiveRequest> cut) {
        live.whileStopping(() -> live.awaitEmpty(Deadline.in(GRACE), server.servesHere()));
        return cut.stream()
                .filter(row -> !row.isGone())
                .map(
                        row ->
                                new ShutdownReport.Stuck(
                                        row,
                                        row.handler()
                                                .map(thread -> List.of(thread.getStackTrace()))
                                                .orElse(List.of())))
                .toList();
    }
}
