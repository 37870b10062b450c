package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import socketserver.ServerOptions;

import java.util.LinkedHashMap;
import java.util.Map;

@Timeout(10)
class StatusLimitsTest {
    private static ServerOptions changed(Map<String, String> texts) throws WrongArgumentException {
        return StatusLimits.to(texts).apply(ServerOptions.DEFAULT);
    }

    @Test
    void readsWhatItWrites() throws Exception {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("max-connections", "100");
        texts.put("max-per-client", "10");
        texts.put("accept-rate", "50");
        texts.put("over-limit", "refuse");
        texts.put("allow", "192.0.2.0/24,2001:db8:0:0:0:0:0:0/32");
        texts.put("deny", "192.0.2.7/32");
        texts.put("first-byte-timeout", "10s");
        texts.put("idle-timeout", "5m");
        texts.put("read-timeout", "1500ms");
        texts.put("write-timeout", "1m");
        texts.put("message-timeout", "30s");
        texts.put("max-age", "24h");
        texts.put("min-rate", "240");

        assertThat(StatusLimits.texts(changed(texts))).containsExactlyEntriesOf(texts);
    }

    @Test
    void takesEmptyAndZeroForNone() throws Exception {
        ServerOptions exposed = ServerOptions.DEFAULT.exposed();

        ServerOptions open =
                StatusLimits.to(
                                Map.of(
                                        "max-per-client", "",
                                        "min-rate", " 0 ",
                                        "idle-timeout", "",
                                        "max-age", "0"))
                        .apply(exposed);

        assertThat(StatusLimits.texts(open))
                .containsEntry("max-per-client", "")
                .containsEntry("min-rate", "")
                .containsEntry("idle-timeout", "")
                .containsEntry("max-age", "")
                .containsEntry("message-timeout", "30s");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max-connections | 0 | maxConnections (0) must be positive",
                "max-connections | many | max-connections (many) must be a number from 0",
                "max-per-client | -1 | maxPerClient (-1) must not be negative",
                "accept-rate | 99999999999 | accept-rate (99999999999) must be a number",
                "over-limit | drop | over-limit (drop) must be one of wait, refuse",
                "allow | localhost | allow (localhost) must be addresses or blocks",
                "deny | 192.0.2.0/33 | deny (192.0.2.0/33) must be addresses",
                "idle-timeout | 5 | idle-timeout (5) must be a whole number and a unit",
                "idle-timeout | 0s | IDLE deadline (PT0S) must be positive",
                "min-rate | -2 | minimum rate (-2) must not be negative",
                "farewell | bye | limit (farewell) must be one of those",
            })
    void refusesOthers(String name, String text, String message) {
        assertThatThrownBy(() -> changed(Map.of(name, text))).hasMessageStartingWith(message);
    }
}
