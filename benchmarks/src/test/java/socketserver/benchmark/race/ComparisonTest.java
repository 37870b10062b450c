package socketserver.benchmark.race;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import socketserver.benchmark.generator.Window;

import java.util.Map;
import java.util.stream.DoubleStream;

class ComparisonTest {
    private static Window window(long requests) {
        return new Window(requests, requests, 0.5, 1, 2, 3, 0.1, 0.1, 0, 0);
    }

    @Test
    void comparesInsideEachRoundAndTakesTheMiddle() {
        // The machine was slow in the second round, for both.
        var one = Map.of(1, window(100), 2, window(11), 3, window(90));
        var other = Map.of(1, window(200), 2, window(20), 3, window(200));
        assertThat(Comparison.of(one, other).median()).isEqualTo(0.5);
        assertThat(Comparison.of(one, other).best()).isEqualTo(0.5);
    }

    @Test
    void leavesOutRoundsThatOneOfThemLacks() {
        var one = Map.of(1, window(100), 2, window(100));
        var other = Map.of(2, window(50), 3, window(1));
        assertThat(Comparison.of(one, other).median()).isEqualTo(2);
    }

    @Test
    void isNoNumberWithoutTheOther() {
        assertThat(Comparison.of(Map.of(1, window(1)), Map.of()).median()).isNaN();
    }

    @Test
    void ratesCountPerSecond() {
        assertThat(window(100).rate()).isEqualTo(200);
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(Median.of(DoubleStream.of(9, 1, 2, 4))).isEqualTo(3);
        assertThat(Median.of(DoubleStream.of(9, 1, 2))).isEqualTo(2);
        assertThat(Median.of(DoubleStream.empty())).isNaN();
    }
}
