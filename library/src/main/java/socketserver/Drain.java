package socketserver;

import java.time.Duration;
import java.util.Objects;

/// How a server comes to an end without losing what it is busy with.
///
/// First it is [not ready][BaseServer#ready()] for a while, though it takes requests, so that a
/// load balancer finds out and sends no more. Then it takes no more from the kernel; what it has
/// taken is left alone for the time of the patience, in which it may come to an end by itself. At
/// last it tells the requests: idle ones end, one after the other over the time of the spread, so
/// that their clients do not all come again together; busy ones are waited for. What is left when
/// all the time is over is cut.
///
/// Patience is for a server whose socket another process serves already: a client that has just
/// connected, and sends its first bytes later, loses nothing by it.
///
/// @param time how long all that may take
/// @param unready how long the server takes requests though it is not ready
/// @param patience how long the requests are left alone at most
/// @param spread over what time the requests are told; zero is at once
public record Drain(Duration time, Duration unready, Duration patience, Duration spread) {
    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if one is negative, or they do not fit into the time
    public Drain {
        Objects.requireNonNull(time, "time");
        if (time.isNegative()
                || unready.isNegative()
                || patience.isNegative()
                || spread.isNegative()) {
            throw new IllegalArgumentException(
                    "time (%s), unready (%s), patience (%s) and spread (%s) must not be negative"
                            .formatted(time, unready, patience, spread));
        }
        if (unready.plus(patience).plus(spread).compareTo(time) > 0) {
            throw new IllegalArgumentException(
                    "unready (%s), patience (%s) and spread (%s) must fit into time (%s)"
                            .formatted(unready, patience, spread, time));
        }
    }

    /// {@return a drain that begins at once and takes so long at most}
    public static Drain within(Duration time) {
        return new Drain(time, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    }

    /// {@return this drain with that time in which the server takes requests though not ready}
    public Drain withUnready(Duration unready) {
        return new Drain(time, unready, patience, spread);
    }

    /// {@return this drain with that time in which the requests are left alone}
    public Drain withPatience(Duration patience) {
        return new Drain(time, unready, patience, spread);
    }

    /// {@return this drain with that time over which the requests are told}
    public Drain withSpread(Duration spread) {
        return new Drain(time, unready, patience, spread);
    }
}
