package socketserver.cli;

import socketserver.Drain;
import socketserver.ServiceNotifier;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/// The servers of one command while they serve, to the stop.
///
/// @param servers the servers
/// @param signals what may ask for the stop
/// @param rest what is completed when the servers are not needed any more
/// @param ended what is completed when all servers have ended by themselves
record Serving(
        Servers servers,
        Signals signals,
        CompletableFuture<Void> rest,
        CompletableFuture<Void> ended) {
    /// Waits until a stop is asked for, and stops.
    ///
    /// @param options those that are in force at the moment
    /// @param drain what is completed when one is that may take so long, otherwise than by a signal
    /// @return the exit code
    int await(
            Supplier<ServeOptions> options,
            ServiceNotifier manager,
            Upgrade upgrade,
            CompletableFuture<Duration> drain)
            throws InterruptedException {
        try {
            CompletableFuture.anyOf(signals.first(), drain, rest, ended, upgrade.done()).join();
        } catch (CompletionException failed) {
            var _ = upgrade.refuse();
            Terminal.println("serving has failed: " + failed.getCause(), failed.getCause());
            servers.stop(live(), Drain.within(options.get().drain()), signals.first());
            return Main.FAILED;
        }
        boolean signalled = signals.first().isDone();
        boolean asked = signalled || drain.isDone();
        Duration time = drain.getNow(options.get().drain());
        int live = live();
        if (upgrade.refuse()) {
            Terminal.println(
                    "upgrade: process %d has taken over%s"
                            .formatted(
                                    upgrade.done().join(),
                                    live == 0
                                            ? ""
                                            : ": waiting for %s, at most %s; a signal cuts"
                                                    .formatted(
                                                            requests(live), DurationText.of(time))),
                    null);
            return stop(live, patient(time), signalled);
        }
        if (rest.isDone() && !asked) {
            return stop(live, patient(time), false);
        }
        manager.stopping();
        if (asked && live > 0) {
            manager.status("waiting for " + requests(live));
            Terminal.println(
                    "stopping: waiting for "
                            + requests(live)
                            + ", at most "
                            + DurationText.of(time)
                            + (signalled ? "; a second signal cuts" : "; a signal cuts"),
                    null);
        }
        return stop(
                live,
                Drain.within(time).withUnready(shorter(options.get().unready(), time)),
                signalled);
    }

    /// {@return a drain by which clients lose nothing whose connections this process has taken,
    /// while others are served by another process}
    private static Drain patient(Duration time) {
        return Drain.within(time).withPatience(time.dividedBy(2)).withSpread(time.dividedBy(4));
    }

    private int live() {
        return servers.requests().size();
    }

    private static String requests(int count) {
        return count + (count == 1 ? " request" : " requests");
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private int stop(int live, Drain how, boolean signalled) {
        StopReport report = servers.stop(live, how, signalled ? signals.second() : signals.first());
        Terminal.println(report.toString(), null);
        return Main.STOPPED;
    }
}
