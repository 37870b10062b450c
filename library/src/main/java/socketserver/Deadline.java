package socketserver;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.function.BooleanSupplier;

/// A point on the clock of `System.nanoTime()`, or never.
///
/// @param nanos the point; without meaning if never
record Deadline(boolean never, long nanos) {
    static final Deadline NEVER = new Deadline(true, 0);

    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

    /// {@return the point after that time from now; never if null}
    static Deadline in(@Nullable Duration time) {
        if (time == null || time.compareTo(LONGEST) > 0) {
            return NEVER;
        }
        return new Deadline(false, System.nanoTime() + time.toNanos());
    }

    /// {@return how many nanoseconds are left, at least 0, or -1 for never}
    long left() {
        return never ? -1 : Math.max(0, nanos - System.nanoTime());
    }

    boolean passed() {
        return left() == 0;
    }

    /// {@return the earlier of the two}
    Deadline or(Deadline other) {
        if (never || other.never) {
            return never ? other : this;
        }
        return nanos - other.nanos <= 0 ? this : other;
    }

    /// Waits, with the lock of the condition held, as long as the state is so.
    ///
    /// @return false if the deadline has passed before or the thread is interrupted, which it stays
    boolean awaitWhile(BooleanSupplier state, Condition changed) {
        try {
            while (state.getAsBoolean()) {
                if (never) {
                    changed.await();
                } else if (changed.awaitNanos(left()) <= 0) {
                    return !state.getAsBoolean();
                }
            }
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
