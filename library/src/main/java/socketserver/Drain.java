package socketserver;

import java.time.Duration;
import java.util.Objects;

/// How a server comes to an end without losing what it is busy with.
///
/// First it is [not ready][BaseServer#ready()] for a while, though it takes requests, so that a
/// load balancer finds out and sends no more. Then it takes no more, and tells the requests: idle
/// ones end, one after the other over the time of the spread, so that their clients do not all come
/// again together; busy ones are waited for. What is left when all the time is over is cut.
///
/// @param time how long all that may take
/// @param unready how long the server takes requests though it is not ready
/// @param spread over what time the requests are told; zero is at once
public record Drain(Duration time, Duration unready, Duration spread) {
    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if one is negative, or they do not fit into the time
    public Drain {
        Objects.requireNonNull(time, "time");
        if (time.isNegative() || unready.isNegative() || spread.isNegative()) {
            throw new IllegalArgumentException(
                    "time (%s), unready (%s) and spread (%s) must not be negative"
                            .formatted(time, unready, spread));
        }
        if (unready.plus(spread).compareTo(time) > 0) {
            throw new IllegalArgumentException(
                    "unready (%s) and spread (%s) must fit into time (%s)"
                            .formatted(unready, spread, time));
        }
    }

    /// {@return a drain that begins at once and takes so long at most}
    public static Drain within(Duration time) {
        return new Drain(time, Duration.ZERO, Duration.ZERO);
    }

    /// {@return this drain with that time in which the server takes requests though not ready}
    public Drain withUnready(Duration unready) {
        return new Drain(time, unready, spread);
    }

    /// {@return this drain with that time over which the requests are told}
    public Drain withSpread(Duration spread) {
        return new Drain(time, unready, spread);
    }
}
