package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.concurrency.SelectorModel;
import socketserver.framing.Framing;
import socketserver.request.StreamRequest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Ten thousand clients of the selector model that send a byte now and then, and what each of them
/// costs.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class SlowClientsTest {
    private static final int MANY = 10_000;
    private static final int COLLECTIONS = 5;

    /// Answers lines, and says on request how many requests are in the middle of one, and how many
    /// bytes of live heap there are.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            // A warning that a busy machine holds the loop would load the JDK's logging.
            try (var server =
                    SocketServer.tcp(Peer.anyPort())
                            .model(
                                    ConcurrencyModel.selector()
                                            .withBlockingThreshold(Duration.ofMinutes(1)))
                            .open(Framing.lines().streams((line, request) -> request.send(line)))) {
                server.start();
                System.out.println(server.address().getPort());
                var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                for (String command; (command = commands.readLine()) != null; ) {
                    System.out.println(
                            command.equals("heap") ? heap() : unfinished(server, command));
                }
            }
        }

        private static String heap() {
            // One collection leaves what the one before has only found out to be unreachable.
            Runtime runtime = Runtime.getRuntime();
            return Long.toString(
                    IntStream.range(0, COLLECTIONS)
                            .mapToLong(
                                    _ -> {
                                        System.gc();
                                        return runtime.totalMemory() - runtime.freeMemory();
                                    })
                            .min()
                            .orElseThrow());
        }

        private static String unfinished(BaseServer<?> server, String bytes) {
            int length = Integer.parseInt(bytes);
            return Long.toString(
                    server.requests().stream()
                            .flatMap(row -> row.unfinishedFrame().stream())
                            .filter(frame -> frame.bytes() == length)
                            .count());
        }
    }

    private static long ask(ChildJvm program, String command) throws IOException {
        return Long.parseLong(String.valueOf(program.ask(command)));
    }

    @ParameterizedTest
    @CsvSource({"linux, 512", "jdk, 1228"})
    void costLittleMemoryAndNobodysTime(String engine, int most) throws Exception {
        try (var program =
                ChildJvm.with(
                        List.of(
                                ChildJvm.NATIVE_ACCESS,
                                "-Dsocketserver.engine=" + engine,
                                "-XX:+UseSerialGC"),
                        Program.class)) {
            InetSocketAddress address = program.address();
            List<SocketChannel> slow = new ArrayList<>();
            try (var honest = Peer.of(address)) {
                assertThat(honest.ask("hello")).isEqualTo("hello");
                long before = ask(program, "heap");
                for (int i = 0; i < MANY; i++) {
                    slow.add(SocketChannel.open(address));
                }
                for (int length = 1; length <= 5; length++) {
                    for (SocketChannel client : slow) {
                        client.write(ByteBuffer.wrap(new byte[] {'x'}));
                    }
                    String sent = Integer.toString(length);
                    eventually(() -> assertThat(ask(program, sent)).isEqualTo(MANY));
                    assertThat(honest.ask("hello")).isEqualTo("hello");
                }
                long each = (ask(program, "heap") - before) / MANY;
                assertThat(each).as("bytes of live heap for each").isLessThanOrEqualTo(most);
                for (SocketChannel client : slow) {
                    client.write(ByteBuffer.wrap(new byte[] {'\n'}));
                }
                for (SocketChannel client : slow) {
                    ByteBuffer answer = ByteBuffer.allocate(6);
                    while (answer.hasRemaining() && client.read(answer) >= 0) {
                        // until all has come
                    }
                    assertThat(new String(answer.array(), UTF_8)).isEqualTo("xxxxx\n");
                }
                eventually(() -> assertThat(ask(program, "5")).isZero());
            } finally {
                for (SocketChannel client : slow) {
                    client.close();
                }
            }
            assertThat(program.errors()).isEmpty();
        }
    }

    /// Counts what its clients say, in a map without a lock, by confined handlers.
    static final class Confined extends TcpServer implements SelectorMixIn {
        private final Map<String, Integer> counts = new HashMap<>();

        private Confined() throws IOException {
            super(Peer.anyPort(), Confined::count);
        }

        /// {@return a model that does not mind if a busy machine holds the loop}
        @Override
        public SelectorModel concurrencyModel() {
            return ConcurrencyModel.selector().withBlockingThreshold(Duration.ofMinutes(1));
        }

        public static void main(String[] arguments) throws IOException {
            try (var server = new Confined()) {
                server.start();
                System.out.println(server.address().getPort());
                var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                for (String word; (word = commands.readLine()) != null; ) {
                    System.out.println(server.counts.get(word));
                }
            }
        }

        private static void count(StreamRequest request) throws IOException {
            Map<String, Integer> counts = request.server(Confined.class).counts;
            for (String word; (word = request.input().readLine()) != null; ) {
                // Not what one would write, but what a lack of confinement shows in.
                int before = counts.getOrDefault(word, 0);
                Thread.onSpinWait();
                counts.put(word, before + 1);
                request.output().write("+");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "jdk"})
    void shareAMapWithoutALock(String engine) throws Exception {
        int times = 5;
        try (var program =
                ChildJvm.with(
                        List.of(ChildJvm.NATIVE_ACCESS, "-Dsocketserver.engine=" + engine),
                        Confined.class)) {
            InetSocketAddress address = program.address();
            List<SocketChannel> clients = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                clients.add(SocketChannel.open(address));
            }
            for (int i = 0; i < times; i++) {
                for (SocketChannel client : clients) {
                    client.write(ByteBuffer.wrap("word\n".getBytes(UTF_8)));
                }
            }
            for (SocketChannel client : clients) {
                ByteBuffer answers = ByteBuffer.allocate(times);
                while (answers.hasRemaining() && client.read(answers) >= 0) {
                    // until all have come
                }
                client.close();
            }
            assertThat(ask(program, "word")).isEqualTo((long) times * MANY);
            assertThat(program.errors()).isEmpty();
        }
    }
}
