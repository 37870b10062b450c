package socketserver;

import java.time.Duration;

/// Lets warnings of one kind be given once a minute, of what may happen all the time.
final class SparseWarnings {
    private static final Duration BETWEEN = Duration.ofMinutes(1);

    // Set by any thread; two at once may both warn.
    private volatile Deadline next = Deadline.in(Duration.ZERO);

    /// {@return whether one may be given now, which it then is}
    boolean mayBeGiven() {
        if (!next.passed()) {
            return false;
        }
        next = Deadline.in(BETWEEN);
        return true;
    }
}
