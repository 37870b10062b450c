package socketserver;

import java.time.Duration;

/// The waits between failed attempts to take a request: 5 ms, doubled each time up to 1 s.
///
/// While the process has no descriptor left, `accept(2)` fails at once and the client stays ready:
/// a loop without a wait would spin. Used by the serving thread alone.
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(5);
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private int failures;
    private Duration wait = FIRST;
    private Deadline until = Deadline.NEVER;

    /// Notes a failure.
    ///
    /// @return how many there have been without a success in between
    int failed() {
        wait = failures == 0 ? FIRST : wait.multipliedBy(2);
        wait = wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
        until = Deadline.in(wait);
        return ++failures;
    }

    /// Notes a success.
    ///
    /// @return how many failures there have been before it
    int succeeded() {
        int before = failures;
        failures = 0;
        return before;
    }

    /// {@return whether the next attempt must wait for [#until()]}
    boolean waits() {
        return failures > 0 && !until.passed();
    }

    Deadline until() {
        return until;
    }
}
