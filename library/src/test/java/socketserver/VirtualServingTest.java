package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.List;

/// A virtual thread that serves: it keeps no carrier from the others, though there is but one.
@Timeout(30)
class VirtualServingTest {
    static final List<String> ENGINES = Variant.ENGINES;

    /// Serves on virtual threads, and says on request whether all have ended.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws Exception {
            try (var first = new ThreadingTcpServer(Peer.anyPort(), Variant::echo);
                    var second = new ThreadingTcpServer(Peer.anyPort(), Variant::echo)) {
                Thread interrupted = Thread.ofVirtual().start(first::serveForever);
                Thread stopped = Thread.ofVirtual().start(second::serveForever);
                System.out.println(first.address().getPort());
                System.out.println(second.address().getPort());
                var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                for (String command; (command = commands.readLine()) != null; ) {
                    switch (command) {
                        case "interrupt" -> interrupted.interrupt();
                        case "stop" -> second.requestStop();
                        default -> {}
                    }
                    Thread ends = command.equals("interrupt") ? interrupted : stopped;
                    System.out.println(ends.join(Duration.ofSeconds(10)));
                }
            }
        }
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void letsOthersRunAndEndsWhenItIsTold(String engine) throws Exception {
        List<String> options =
                List.of(
                        ChildJvm.NATIVE_ACCESS,
                        "-Dsocketserver.engine=" + engine,
                        "-Djdk.virtualThreadScheduler.parallelism=1");
        try (var program = ChildJvm.with(options, Program.class);
                Peer first = Peer.of(program.address());
                Peer second = Peer.of(program.address())) {
            for (int i = 0; i < 10; i++) {
                assertThat(first.ask("hello")).isEqualTo("hello");
                assertThat(second.ask("hello")).isEqualTo("hello");
            }
            assertThat(program.ask("interrupt")).isEqualTo("true");
            assertThat(program.ask("stop")).isEqualTo("true");
        }
    }
}
