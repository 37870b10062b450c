package socketserver;

import java.time.Duration;

/// The waits between failed attempts to take a request: 5 ms, doubled each time up to 1 s, halved
/// by each success.
///
/// While the process has no descriptor left, `accept(2)` fails at once and the client stays ready:
/// a loop without a wait would spin. An episode of failures ends when all that waited has been
/// taken, or a second later: until then each descriptor that comes free is used up at once, and the
/// next attempt fails again. Used by the serving thread alone.
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(5);
    private static final Duration LONGEST = Duration.ofSeconds(1);

    // Of this episode.
    private int failures;
    private Duration wait = Duration.ZERO;
    private Deadline until = Deadline.NEVER;
    private Deadline calm = Deadline.NEVER;

    /// Notes a failure.
    ///
    /// @return how many there have been in this episode
    int failed() {
        wait = wait.multipliedBy(2);
        wait = wait.compareTo(FIRST) < 0 ? FIRST : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
        until = Deadline.in(wait);
        calm = Deadline.in(LONGEST);
        return ++failures;
    }

    /// Notes a success.
    ///
    /// @param last whether nothing more waits to be taken
    /// @return how many failures there have been in the episode that has ended by it, or 0
    int succeeded(boolean last) {
        if (failures == 0) {
            return 0;
        }
        wait = Duration.ofNanos(wait.toNanos() / 2);
        until = Deadline.NEVER;
        if (!last && !calm.passed()) {
            return 0;
        }
        int before = failures;
        failures = 0;
        wait = Duration.ZERO;
        return before;
    }

    /// {@return whether the next attempt must wait for [#until()]}
    boolean waits() {
        return !until.never() && !until.passed();
    }

    Deadline until() {
        return until;
    }
}
