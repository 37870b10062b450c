package socketserver.concurrency;

import java.time.Duration;
import java.util.Objects;

/// How a selector serves.
///
/// @param loops how many loops it has
/// @param outputLimits how much is kept for clients that do not take it
/// @param blockingThreshold how long a handler may hold its loop before it is told of
record SelectorSettings(int loops, OutputLimits outputLimits, Duration blockingThreshold) {
    static final SelectorSettings DEFAULT =
            new SelectorSettings(1, OutputLimits.DEFAULT, Duration.ofMillis(100));

    SelectorSettings {
        if (loops <= 0) {
            throw new IllegalArgumentException("loops (%d) must be positive".formatted(loops));
        }
        Objects.requireNonNull(outputLimits, "outputLimits");
        if (!blockingThreshold.isPositive()) {
            throw new IllegalArgumentException(
                    "blocking threshold (%s) must be positive".formatted(blockingThreshold));
        }
    }

    SelectorSettings withLoops(int loops) {
        return new SelectorSettings(loops, outputLimits, blockingThreshold);
    }

    SelectorSettings withOutputLimits(OutputLimits outputLimits) {
        return new SelectorSettings(loops, outputLimits, blockingThreshold);
    }

    SelectorSettings withBlockingThreshold(Duration blockingThreshold) {
        return new SelectorSettings(loops, outputLimits, blockingThreshold);
    }
}
