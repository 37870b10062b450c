package socketserver.concurrency;

import java.util.concurrent.TimeUnit;

/// How many children are kept ready for requests to come: that doubles whenever a request has had
/// to wait for one, and falls by half of those that were not needed for a while.
///
/// Guarded by the lock of the children whose number it is.
final class Spares {
    private static final int FEWEST = 1;
    static final long WHILE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final int most;
    private int number = FEWEST;
    private int fewestIdle;
    private long endOfWhile;

    /// @param now in the nanoseconds of [System#nanoTime()], as elsewhere
    Spares(int most, long now) {
        this.most = most;
        endOfWhile = now + WHILE_NANOS;
    }

    int number() {
        return number;
    }

    /// Notes that a request has found none.
    void tooFew() {
        number = Math.min(2 * number, most);
    }

    /// {@return whether there are more than of a server that rests}
    boolean isMany() {
        return number > FEWEST;
    }

    /// Notes how many are idle.
    void idle(int count, long now) {
        fewestIdle = Math.min(fewestIdle, count);
        if (now - endOfWhile < 0) {
            return;
        }
        number = Math.max(FEWEST, number - (fewestIdle + 1) / 2);
        fewestIdle = count;
        endOfWhile = now + WHILE_NANOS;
    }
}
