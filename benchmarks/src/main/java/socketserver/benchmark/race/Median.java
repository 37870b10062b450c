package socketserver.benchmark.race;

import java.util.stream.DoubleStream;

/// The middle of numbers, which one bad window cannot move.
public final class Median {
    private Median() {}

    /// {@return the middle one, the mean of the two in the middle, or NaN if there are none}
    public static double of(DoubleStream numbers) {
        double[] sorted = numbers.sorted().toArray();
        int half = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
