package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.Arrays;

@Timeout(10)
class StatusHistogramTest {
    private final StatusHistogram histogram = new StatusHistogram();

    @Test
    void hasOneTwoAndFiveOfEachPowerOfTen() {
        assertThat(StatusHistogram.seconds()).hasSize(27).isSorted();
        assertThat(StatusHistogram.seconds().subList(0, 4)).containsExactly(1e-5, 2e-5, 5e-5, 1e-4);
        assertThat(StatusHistogram.seconds().getLast()).isEqualTo(5000.0);
    }

    @Test
    void countsABoundWithWhatIsBelow() {
        histogram.add(Duration.ZERO);
        histogram.add(Duration.ofNanos(10_000));
        histogram.add(Duration.ofNanos(10_001));
        histogram.add(Duration.ofSeconds(5000));
        histogram.add(Duration.ofDays(1));

        long[] counts = histogram.counts();

        assertThat(counts).hasSize(28).startsWith(2, 1).endsWith(0, 1, 1);
        assertThat(Arrays.stream(counts).sum()).isEqualTo(5);
        assertThat(histogram.sum()).isCloseTo(5000 + 86_400, within(1.0));
    }
}
