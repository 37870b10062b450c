package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Eventually.eventually;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.StreamRequest;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A process that has no descriptors left, of 120, or few.
@Timeout(40)
@EnabledOnOs(OS.LINUX)
class DescriptorExhaustionTest {
    private static final int LIMIT = 120;

    /// Echoes, and says on request how often taking a connection has failed; on request it opens
    /// files of its own, so many that the server has less than it has counted on.
    static final class Program {
        private static final int FILES = 24;
        private static final List<FileInputStream> OPEN = new ArrayList<>();

        private Program() {}

        public static void main(String[] arguments) throws IOException {
            // The JDK's logging reads a file at its first message, and stays mute if it cannot.
            System.getLogger("program").log(System.Logger.Level.INFO, "begins");
            AtomicInteger failures = new AtomicInteger();
            boolean timed = arguments[0].equals("timed");
            ServerOptions options =
                    ServerOptions.DEFAULT.withDeadlines(
                            deadlines -> deadlines.withRead(timed ? Duration.ofHours(1) : null));
            try (var server =
                    new TcpServer(Peer.anyPort(), Program::echo, options) {
                        @Override
                        public ConcurrencyModel concurrencyModel() {
                            return ConcurrencyModel.threading();
                        }

                        @Override
                        protected void handleAcceptError(Throwable failure, int attempt) {
                            failures.incrementAndGet();
                            super.handleAcceptError(failure, attempt);
                        }
                    }) {
                server.start();
                System.out.println(server.address().getPort());
                var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                for (String command; (command = commands.readLine()) != null; ) {
                    System.out.println(
                            switch (command) {
                                case "failures" -> failures;
                                case "live" -> server.requests().size();
                                case "files" -> openFiles();
                                default -> isWaiting(server);
                            });
                }
            }
        }

        private static int openFiles() throws IOException {
            for (int i = 0; i < FILES; i++) {
                OPEN.add(new FileInputStream("/dev/null"));
            }
            return OPEN.size();
        }

        /// {@return whether its first handler waits for its client, and nothing else needs
        /// descriptors for a moment}
        private static boolean isWaiting(TcpServer server) {
            boolean prepares =
                    Thread.getAllStackTraces().keySet().stream()
                            .anyMatch(thread -> thread.getName().equals("socketserver-prepare"));
            return !prepares
                    && server.requests().stream()
                            .flatMap(row -> row.handler().stream())
                            .anyMatch(
                                    handler ->
                                            handler.getState() == Thread.State.WAITING
                                                    || handler.getState()
                                                            == Thread.State.TIMED_WAITING);
        }

        private static void echo(StreamRequest request) throws IOException {
            for (String line; (line = request.input().readLine()) != null; ) {
                request.output().writeLine(line);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"blocking", "timed"})
    void serverWithoutDescriptorsKeepsItsClientsAndWaits(String way, @TempDir Path folder)
            throws Exception {
        try (var program = ChildJvm.withDescriptors(LIMIT, folder, Program.class, way)) {
            InetSocketAddress address = program.address();
            Peer first = Peer.of(address);
            assertThat(first.ask("hello")).isEqualTo("hello");
            // The JDK opens what virtual threads wait with at their first wait, and never again if
            // that fails.
            eventually(() -> "true".equals(program.ask("waiting")));
            assertThat(program.ask("files")).isEqualTo("24");
            // From before the first failure, so that a late look at it does not shorten what
            // follows.
            long start = System.nanoTime();
            List<Peer> waiting = new ArrayList<>();
            for (int i = 0; i < LIMIT; i++) {
                Peer peer = Peer.of(address);
                peer.send("client " + i);
                waiting.add(peer);
            }
            eventually(() -> failures(program) > 0);
            Duration used = program.used();
            eventually(() -> failures(program) >= 9);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            // 5 + 10 + … + 640 ms and some more lie before the ninth attempt
            assertThat(took).isGreaterThan(Duration.ofSeconds(1));
            assertThat(program.used().minus(used))
                    .isLessThan(Duration.ofMillis(500).plus(took.dividedBy(4)));
            assertThat(first.ask("still there")).isEqualTo("still there");

            // The oldest go: the youngest are served then.
            for (int i = 0; i < LIMIT / 2; i++) {
                try (Peer peer = waiting.removeFirst()) {
                    assertThat(peer.line()).isEqualTo("client " + i);
                }
            }
            long freed = System.nanoTime();
            for (int i = LIMIT / 2; i < LIMIT; i++) {
                try (Peer peer = waiting.removeFirst()) {
                    assertThat(peer.line()).isEqualTo("client " + i);
                }
            }
            assertThat(Duration.ofNanos(System.nanoTime() - freed))
                    .isLessThan(Duration.ofSeconds(5));
            assertThat(first.ask("still there")).isEqualTo("still there");
            first.disconnect();
            eventually(() -> count(program, "takes requests again") == 1);
            assertThat(count(program, "cannot take a request")).isEqualTo(1);
        }
    }

    @Test
    void serverTakesNoMoreClientsThanItHasDescriptorsFor(@TempDir Path folder) throws Exception {
        try (var program = ChildJvm.withDescriptors(LIMIT, folder, Program.class, "blocking")) {
            InetSocketAddress address = program.address();
            List<Peer> waiting = new ArrayList<>();
            for (int i = 0; i < LIMIT; i++) {
                Peer peer = Peer.of(address);
                peer.send("client " + i);
                waiting.add(peer);
            }
            eventually(
                    () ->
                            Integer.parseInt(String.valueOf(program.ask("live"))) > LIMIT / 3
                                    && count(program, "more wait") == 1);
            for (int i = 0; i < LIMIT; i++) {
                try (Peer peer = waiting.removeFirst()) {
                    assertThat(peer.line()).isEqualTo("client " + i);
                }
            }
            assertThat(failures(program)).isZero();
            assertThat(count(program, "the process may have no more descriptors")).isEqualTo(1);
        }
    }

    private static int failures(ChildJvm program) throws IOException {
        return Integer.parseInt(String.valueOf(program.ask("failures")));
    }

    private static long count(ChildJvm program, String words) {
        return program.errors().stream().filter(line -> line.contains(words)).count();
    }
}
