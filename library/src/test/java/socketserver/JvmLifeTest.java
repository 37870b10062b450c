package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.concurrency.ThreadingModel;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.time.Duration;

/// How long a JVM lives that runs a server: each case in a process of its own.
@Timeout(30)
class JvmLifeTest {
    /// Serves in one of several ways, as a program would.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws Exception {
            String way = arguments[0];
            ConcurrencyModel model =
                    switch (arguments[1]) {
                        case "synchronous" -> ConcurrencyModel.synchronous();
                        case "daemon" -> ThreadingModel.virtual().withDaemonThreads(true);
                        case "platform" -> ThreadingModel.platform();
                        default -> ThreadingModel.virtual();
                    };
            TcpServer server =
                    SocketServer.tcp(Peer.anyPort())
                            .model(model)
                            .readTimeout(Duration.ofHours(1))
                            .open(Program::handle);
            System.out.println(server.address().getPort());
            switch (way) {
                case "handle one" -> server.handleRequest();
                case "start" -> server.start();
                case "serve and close" -> {
                    try (server) {
                        server.serveForever();
                    }
                }
                default -> throw new IllegalArgumentException(way);
            }
            System.out.println("main returns");
        }

        private static void handle(StreamRequest request) throws IOException {
            for (String line; (line = request.input().readLine()) != null; ) {
                switch (line) {
                    case "stop" -> request.server().requestStop();
                    case "exit" -> System.exit(7);
                    default -> request.output().writeLine(line);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "platform"})
    void handlerFinishesItsAnswerAfterMainHasReturned(String model) throws Exception {
        try (var program = ChildJvm.of(Program.class, "handle one", model);
                Peer peer = Peer.of(program.address())) {
            assertThat(program.line()).isEqualTo("main returns");
            assertThat(peer.ask("one")).isEqualTo("one");
            // Longer than the thread that keeps the JVM alive lingers without work.
            assertThat(program.outlives(Duration.ofMillis(500))).isTrue();
            assertThat(peer.ask("two")).isEqualTo("two");
            peer.disconnect();
            assertThat(program.exit()).isZero();
        }
    }

    @Test
    void daemonThreadsLetTheJvmEnd() throws Exception {
        try (var program = ChildJvm.of(Program.class, "handle one", "daemon");
                Peer peer = Peer.of(program.address())) {
            assertThat(program.line()).isEqualTo("main returns");
            assertThat(program.exit()).isZero();
            assertThat(peer.ended()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"synchronous", "virtual", "daemon"})
    void startKeepsTheJvmAliveUntilTheStop(String model) throws Exception {
        try (var program = ChildJvm.of(Program.class, "start", model);
                Peer peer = Peer.of(program.address())) {
            assertThat(program.line()).isEqualTo("main returns");
            assertThat(peer.ask("hello")).isEqualTo("hello");
            assertThat(program.outlives(Duration.ofMillis(500))).isTrue();
            peer.send("stop");
            peer.disconnect();
            assertThat(program.exit()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"synchronous", "virtual"})
    void nothingKeepsTheJvmAliveAfterClose(String model) throws Exception {
        try (var program = ChildJvm.of(Program.class, "serve and close", model);
                Peer peer = Peer.of(program.address())) {
            assertThat(peer.ask("hello")).isEqualTo("hello");
            peer.send("stop");
            peer.disconnect();
            assertThat(program.line()).isEqualTo("main returns");
            assertThat(program.exit()).isZero();
            assertThat(program.errors()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"synchronous", "virtual"})
    void exitInAHandlerEndsTheProcessAtOnce(String model) throws Exception {
        try (var program = ChildJvm.of(Program.class, "start", model);
                Peer other = Peer.of(program.address())) {
            assertThat(other.ask("hello")).isEqualTo("hello");
            other.send("exit");
            assertThat(program.exit()).isEqualTo(7);
            assertThat(other.ended()).isTrue();
        }
    }
}
