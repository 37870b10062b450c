package socketserver.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// How many requests have taken how long: counts between fixed bounds, 1, 2 and 5 of each power of
/// ten from 10 us to 5000 s.
///
/// A percentile from it is wrong by a factor of 2.5 at most.
final class StatusHistogram {
    private static final long FIRST = 10_000;
    private static final int DECADES = 9;
    private static final double NANOS = 1e9;
    private static final long[] BOUNDS = bounds();

    private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
    private final LongAdder nanos = new LongAdder();

    StatusHistogram() {
        Arrays.setAll(counts, _ -> new LongAdder());
    }

    private static long[] bounds() {
        long[] bounds = new long[3 * DECADES];
        long decade = FIRST;
        for (int i = 0; i < bounds.length; i += 3) {
            bounds[i] = decade;
            bounds[i + 1] = 2 * decade;
            bounds[i + 2] = 5 * decade;
            decade *= 10;
        }
        return bounds;
    }

    /// {@return the bounds in seconds, each the most that is counted with it}
    static List<Double> seconds() {
        List<Double> seconds = new ArrayList<>();
        for (long bound : BOUNDS) {
            seconds.add(bound / NANOS);
        }
        return seconds;
    }

    void add(Duration duration) {
        long taken = duration.toNanos();
        int found = Arrays.binarySearch(BOUNDS, taken);
        counts[found < 0 ? -found - 1 : found].increment();
        nanos.add(taken);
    }

    /// {@return the counts, one for each bound, and of what took longer than the last}
    long[] counts() {
        return Arrays.stream(counts).mapToLong(LongAdder::sum).toArray();
    }

    /// {@return how long all took together, in seconds}
    double sum() {
        return nanos.sum() / NANOS;
    }
}
