import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

import socketserver.TcpServer;
import socketserver.concurrency.ConcurrencyModel;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

@Timeout(60)
@EnabledOnOs(OS.LINUX)
class FactorServerTest {
    static final List<ConcurrencyModel> MODELS =
            List.of(ConcurrencyModel.synchronous(), ConcurrencyModel.selector());

    // Of two primes of ten digits: more than three seconds of work.
    private static final String HARD = "1000000016000000063";

    private static String ask(TcpServer server, String line) throws IOException {
        try (var client = new Client(server.address())) {
            client.send(line + "\n");
            return client.rest().strip();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    360              | 360: 2 2 2 3 3 5
                    7                | 7: 7
                    1                | 1: 1
                    1000000000000    | 1000000000000: 2 2 2 2 2 2 2 2 2 2 2 2 5 5 5 5 5 5 5 5 5 5 5 5
                    0                | a positive number of at most 100 digits, please
                    -3               | a positive number of at most 100 digits, please
                    many             | a positive number of at most 100 digits, please
                    """)
    void factors(String line, String answer) throws Exception {
        try (var server = FactorServer.open(0)) {
            server.start();
            assertThat(ask(server, line)).isEqualTo(answer);
        }
    }

    @ParameterizedTest
    @FieldSource("MODELS")
    void servesOthersWhileAChildIsBusyAndEndsIt(ConcurrencyModel model) throws Exception {
        try (var server = FactorServer.open(0, Duration.ofSeconds(3), model)) {
            server.start();
            try (var slow = new Client(server.address())) {
                slow.send(HARD + "\n");
                await().untilAsserted(
                                () ->
                                        assertThat(server.requests())
                                                .anyMatch(row -> row.child().isPresent()));
                assertThat(ask(server, "6")).isEqualTo("6: 2 3");
                // Its time is over.
                assertThat(slow.rest()).isEmpty();
            }
        }
    }
}
