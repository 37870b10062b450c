package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

@Timeout(10)
class DurationTextTest {
    @ParameterizedTest
    @CsvSource({
        "500ms, PT0.5S",
        "30s, PT30S",
        "5m, PT5M",
        "2h, PT2H",
        "0s, PT0S",
        "999999999h, PT999999999H",
    })
    void takesANumberAndAUnit(String text, Duration duration) throws Exception {
        assertThat(DurationText.parse("--drain", text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-1s", "1.5s", "1 s", "5S", "1d", "1h30m", "9999999999s"})
    void refusesOthers(String text) {
        assertThatThrownBy(() -> DurationText.parse("--drain", text))
                .isInstanceOf(WrongArgumentException.class)
                .hasMessage(
                        "--drain (%s) must be a whole number and a unit: 500ms, 30s, 5m or 2h",
                        text);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.9S, 0s",
        "PT59S, 59s",
        "PT3M20S, 3m 20s",
        "PT2H5M1S, 2h 5m",
        "PT49H, 2d 1h",
    })
    void showsTwoUnits(Duration duration, String text) {
        assertThat(DurationText.of(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1ms", "1500ms", "30s", "90s", "5m", "2h", "48h"})
    void writesWhatItReads(String text) throws Exception {
        assertThat(DurationText.exact(DurationText.parse("--drain", text))).isEqualTo(text);
    }
}
