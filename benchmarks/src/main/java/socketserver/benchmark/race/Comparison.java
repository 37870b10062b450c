package socketserver.benchmark.race;

import socketserver.benchmark.generator.Window;

import java.util.Map;

/// How two servers compare in one workload.
///
/// @param median over the rounds of the ratio of their rates inside one round: the machine's mood
///   changes from minute to minute, and inside a round it is much the same for both
/// @param best the best of the one over the best of the other
public record Comparison(double median, double best) {
    /// Compares by the rounds that both have; NaN where there are none.
    public static Comparison of(Map<Integer, Window> one, Map<Integer, Window> other) {
        double median =
                Median.of(
                        one.keySet().stream()
                                .filter(round -> rate(other, round) > 0)
                                .mapToDouble(round -> rate(one, round) / rate(other, round)));
        return new Comparison(median, best(one) / best(other));
    }

    private static double rate(Map<Integer, Window> of, Integer round) {
        Window window = of.get(round);
        return window == null ? 0 : window.rate();
    }

    static double best(Map<Integer, Window> of) {
        return of.values().stream().mapToDouble(Window::rate).max().orElse(Double.NaN);
    }
}
