package socketserver.cli;

import java.time.Duration;

/// The text of durations: `500ms`, `30s`, `5m`, `2h`.
final class DurationText {
    private DurationText() {}

    /// {@return the duration that the text says}
    ///
    /// @param option what it was given for
    static Duration parse(String option, String text) throws WrongArgumentException {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        long millis = unitMillis(text.substring(digits));
        if (digits == 0 || digits > 9 || millis == 0) {
            throw new WrongArgumentException(
                    option
                            + " ("
                            + text
                            + ") must be a whole number and a unit: 500ms, 30s, 5m or 2h");
        }
        return Duration.ofMillis(Long.parseLong(text.substring(0, digits)) * millis);
    }

    private static long unitMillis(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 0;
        };
    }

    /// {@return the text that [#parse] reads, in the largest unit that is exact}
    static String exact(Duration duration) {
        long millis = duration.toMillis();
        for (String unit : new String[] {"h", "m", "s"}) {
            if (millis % unitMillis(unit) == 0) {
                return millis / unitMillis(unit) + unit;
            }
        }
        return millis + "ms";
    }

    /// {@return the duration in its two largest units: `3m 20s`}
    static String of(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + "m " + seconds % 60 + "s";
        }
        return seconds < 86_400
                ? seconds / 3_600 + "h " + seconds % 3_600 / 60 + "m"
                : seconds / 86_400 + "d " + seconds % 86_400 / 3_600 + "h";
    }
}
