package socketserver;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// The checks that the options share.
final class Checks {
    private Checks() {}

    static void positive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException("%s (%d) must be positive".formatted(name, value));
        }
    }

    static void notNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(
                    "%s (%d) must not be negative".formatted(name, value));
        }
    }

    static void positive(String name, @Nullable Duration value) {
        if (value != null && !value.isPositive()) {
            throw new IllegalArgumentException(
                    "%s (%s) must be positive; null is none".formatted(name, value));
        }
    }
}
