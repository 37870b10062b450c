package socketserver.concurrency;

import java.util.Objects;

/// How much output of one request a selector keeps for a client that does not take it.
///
/// @param pauseAbove above so many bytes, nothing is read from the client
/// @param resumeBelow below so many bytes, it is read again
/// @param maximum how many bytes are kept at most
/// @param overflow what becomes of the next frame then
public record OutputLimits(int pauseAbove, int resumeBelow, int maximum, Overflow overflow) {
    /// What holds unless a program says otherwise: reading pauses above 64 KiB and resumes below 16
    /// KiB; over 2 MiB the request is closed.
    public static final OutputLimits DEFAULT =
            new OutputLimits(64 * 1024, 16 * 1024, 2 * 1024 * 1024, Overflow.CLOSE);

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if they are not positive and in ascending order: resume,
    ///   pause, maximum
    public OutputLimits {
        if (resumeBelow <= 0 || pauseAbove < resumeBelow || maximum < pauseAbove) {
            throw new IllegalArgumentException(
                    ("resumeBelow (%d), pauseAbove (%d) and maximum (%d) must be positive and"
                                    + " ascending")
                            .formatted(resumeBelow, pauseAbove, maximum));
        }
        Objects.requireNonNull(overflow, "overflow");
    }

    /// {@return these limits with those marks of reading}
    public OutputLimits withMarks(int pauseAbove, int resumeBelow) {
        return new OutputLimits(pauseAbove, resumeBelow, maximum, overflow);
    }

    /// {@return these limits with that maximum}
    public OutputLimits withMaximum(int maximum) {
        return new OutputLimits(pauseAbove, resumeBelow, maximum, overflow);
    }

    /// {@return these limits with that treatment of the excess}
    public OutputLimits withOverflow(Overflow overflow) {
        return new OutputLimits(pauseAbove, resumeBelow, maximum, overflow);
    }
}
