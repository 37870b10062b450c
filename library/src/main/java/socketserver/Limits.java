package socketserver;

import java.io.Serializable;
import java.util.Objects;

/// How much a server takes at the same time.
///
/// @param maxConnections how many requests may be live at once, never exceeded: connections, or
///   packets that are being handled
/// @param overLimit what becomes of the next one
public record Limits(int maxConnections, OverLimit overLimit) implements Serializable {
    /// What holds unless a program says otherwise: 16,384 live requests, more wait.
    public static final Limits DEFAULT = new Limits(16 * 1024, OverLimit.WAIT);

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if maxConnections is not positive
    public Limits {
        Checks.positive("maxConnections", maxConnections);
        Objects.requireNonNull(overLimit, "overLimit");
    }

    /// {@return these limits with that number of live requests}
    public Limits withMaxConnections(int maxConnections) {
        return new Limits(maxConnections, overLimit);
    }

    /// {@return these limits with that treatment of the excess}
    public Limits withOverLimit(OverLimit overLimit) {
        return new Limits(maxConnections, overLimit);
    }
}
