package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;
import static socketserver.Patience.pause;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.framing.Framing;
import socketserver.request.CloseReason;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Thousands of clients of a process of its own that do nothing, or next to nothing: how they are
/// drained, and how they are given up.
///
/// How long that takes is written to standard output; [the documentation][socketserver.Drain] has
/// no promise of it.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ManyIdleTest {
    private static final int IDLE = 10_000;
    private static final int SLOW = 1_000;
    private static final Duration MESSAGE = Duration.ofSeconds(2);
    private static final Duration SPELL = Duration.ofSeconds(1);
    private static final Duration BETWEEN_DRIPS = Duration.ofNanos(500_000);

    /// Serves lines, and says on request how many requests are live, what came of a drain, and how
    /// many clients were given up, the latest how late.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            RequestHandler<StreamRequest> lines =
                    request -> {
                        for (String line; (line = request.input().readLine()) != null; ) {
                            request.output().writeLine(line);
                        }
                    };
            var frames = Framing.lines().streams((line, request) -> request.send(line));
            boolean selector = arguments[0].equals("selector");
            try (var server =
                    SocketServer.tcp(Peer.anyPort())
                            .model(
                                    selector
                                            ? ConcurrencyModel.selector()
                                            : ConcurrencyModel.threading())
                            .options(
                                    all ->
                                            all.withDeadlines(
                                                    deadlines -> deadlines.withMessage(MESSAGE)))
                            .open(selector ? frames : lines)) {
                AtomicInteger late = new AtomicInteger();
                AtomicLong latest = new AtomicLong();
                server.addListener(
                        new ServerListener() {
                            @Override
                            public void closed(LiveRequest request, CloseReason reason) {
                                if (reason == CloseReason.MESSAGE_TIMEOUT) {
                                    late.incrementAndGet();
                                    long lateBy = request.duration().minus(MESSAGE).toMillis();
                                    latest.accumulateAndGet(lateBy, Math::max);
                                }
                            }
                        });
                server.start();
                System.out.println(server.address().getPort());
                var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                for (String command; (command = commands.readLine()) != null; ) {
                    System.out.println(
                            switch (command) {
                                case "late" -> late + " " + latest;
                                case "drain" -> drained(server.shutdown(Duration.ofSeconds(30)));
                                default -> server.active();
                            });
                }
            }
        }

        private static String drained(ShutdownReport report) {
            return "%d %d %d"
                    .formatted(report.finished(), report.cut().size(), report.took().toMillis());
        }
    }

    private static ChildJvm program(String engine, String model) throws IOException {
        return ChildJvm.with(
                List.of(ChildJvm.NATIVE_ACCESS, "-Dsocketserver.engine=" + engine),
                Program.class,
                model);
    }

    private static String[] ask(ChildJvm program, String command) throws IOException {
        return String.valueOf(program.ask(command)).split(" ", -1);
    }

    private static void close(List<SocketChannel> channels) throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"linux, threading", "linux, selector", "jdk, threading", "jdk, selector"})
    void areDrainedTogether(String engine, String model) throws Exception {
        try (var program = program(engine, model)) {
            InetSocketAddress address = program.address();
            List<SocketChannel> idle = Peer.connectMany(address, IDLE);
            try {
                eventually(
                        () -> assertThat(program.ask("active")).isEqualTo(Integer.toString(IDLE)));
                String[] report = ask(program, "drain");
                assertThat(report[0]).as("finished").isEqualTo(Integer.toString(IDLE));
                assertThat(report[1]).as("cut").isEqualTo("0");
                System.out.printf(
                        "%s, %s: %d idle connections drained in %s ms%n",
                        engine, model, IDLE, report[2]);
                for (SocketChannel client : idle) {
                    assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                }
            } finally {
                close(idle);
            }
            assertThat(program.errors()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"linux, threading", "linux, selector", "jdk, threading", "jdk, selector"})
    void areGivenUpAtTheirDeadline(String engine, String model) throws Exception {
        try (var program = program(engine, model);
                var honest = Peer.of(program.address())) {
            answersIn(SPELL, honest);
            int alone = answersIn(SPELL, honest);
            List<SocketChannel> slow = new ArrayList<>();
            AtomicBoolean over = new AtomicBoolean();
            try {
                for (int i = 0; i < SLOW; i++) {
                    // Its message begins with its first byte.
                    slow.add(SocketChannel.open(honest.socket.getRemoteSocketAddress()));
                    drip(slow.getLast());
                }
                var dripping = Background.run(() -> dripUntil(over, slow));
                int beside = answersIn(SPELL, honest);
                eventually(
                        () ->
                                assertThat(ask(program, "late")[0])
                                        .isEqualTo(Integer.toString(SLOW)));
                over.set(true);
                dripping.join();
                System.out.printf(
                        "%s, %s: %d slow clients given up, the last %s ms after its deadline;"
                                + " an honest one had %.3f of the answers that it has alone%n",
                        engine, model, SLOW, ask(program, "late")[1], (double) beside / alone);
                assertThat(honest.ask("still there")).isEqualTo("still there");
            } finally {
                close(slow);
            }
        }
    }

    private static int answersIn(Duration time, Peer client) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        int answers = 0;
        while (System.nanoTime() - end < 0) {
            assertThat(client.ask("hello")).isEqualTo("hello");
            answers++;
        }
        return answers;
    }

    private static boolean dripUntil(AtomicBoolean over, List<SocketChannel> clients) {
        while (!over.get()) {
            for (SocketChannel client : clients) {
                drip(client);
                pause(BETWEEN_DRIPS);
            }
        }
        return true;
    }

    private static void drip(SocketChannel client) {
        try {
            client.write(ByteBuffer.wrap(new byte[] {'x'}));
        } catch (IOException givenUp) {
            // as it should be
        }
    }
}
