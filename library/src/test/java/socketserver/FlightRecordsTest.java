package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What the Flight Recorder of a program has.
@Timeout(60)
class FlightRecordsTest {
    /// Answers until it is told to end, and drains.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            ServerOptions options =
                    ServerOptions.DEFAULT.withLimits(limits -> limits.withMaxPerClient(1));
            try (var server =
                    new ThreadingTcpServer(
                            Peer.anyPort(),
                            request -> {
                                String line = request.input().readLine();
                                if ("fail".equals(line)) {
                                    throw new IllegalStateException("as asked");
                                }
                                request.output().writeLine(line);
                            },
                            options)) {
                server.start();
                System.out.println(server.address().getPort());
                var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                for (String command; (command = commands.readLine()) != null; ) {
                    System.out.println(command + " " + server.active());
                    if (command.equals("end")) {
                        break;
                    }
                }
                server.suspend();
                server.resume();
                server.shutdown(Duration.ofSeconds(10));
            }
        }
    }

    @Test
    void haveWhatListenersAreTold(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("program.jfr");
        try (var program =
                ChildJvm.with(
                        List.of(
                                ChildJvm.NATIVE_ACCESS,
                                "-XX:StartFlightRecording:filename=" + file,
                                "-Xlog:disable"),
                        Program.class)) {
            InetSocketAddress address = program.address();
            try (Peer peer = Peer.of(address)) {
                try (Peer refused = Peer.of(address)) {
                    assertThat(refused.ended()).isTrue();
                }
                assertThat(peer.ask("hello")).isEqualTo("hello");
                assertThat(peer.line()).isNull();
            }
            // Or else the next one is refused, too.
            eventually(() -> assertThat(program.ask("active")).isEqualTo("active 0"));
            try (Peer peer = Peer.of(address)) {
                peer.send("fail");
                assertThat(peer.line()).isNull();
            }
            assertThat(program.ask("end")).startsWith("end ");
            assertThat(program.exit()).isZero();
        }
        String printed = print(file);
        assertThat(printed)
                .contains("what = \"started\"")
                .contains("what = \"suspended\"")
                .contains("what = \"resumed\"")
                .contains("what = \"draining\"")
                .contains("what = \"stopped\"")
                .contains("what = \"closed\"")
                .contains("reason = \"CLIENT_FULL\"")
                .contains("failure = \"java.lang.IllegalStateException: as asked\"")
                .contains("bytesIn = 6 bytes")
                .contains("reason = \"HANDLED\"")
                .contains("reason = \"FAILED\"");
        assertThat(count(printed, "socketserver.RequestOpened")).isEqualTo(2);
        assertThat(count(printed, "socketserver.RequestClosed")).isEqualTo(2);
        assertThat(count(printed, "socketserver.RequestRefused")).isEqualTo(1);
        assertThat(count(printed, "socketserver.Drained")).isEqualTo(1);
    }

    private static String print(Path file) throws Exception {
        Path jfr = Path.of(System.getProperty("java.home"), "bin", "jfr");
        Process process =
                new ProcessBuilder(
                                jfr.toString(),
                                "print",
                                "--events",
                                "socketserver.*",
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return printed;
    }

    private static long count(String printed, String event) {
        return printed.lines().filter(line -> line.startsWith(event + " {")).count();
    }
}
