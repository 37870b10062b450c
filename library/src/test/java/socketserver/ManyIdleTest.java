package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

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
import java.util.List;
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
    private static final int IDLE = 9_000;
    private static final int SLOW = 1_000;
    private static final Duration MESSAGE = Duration.ofSeconds(2);

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
            assertThat(honest.ask("hello")).isEqualTo("hello");
            List<SocketChannel> slow =
                    Peer.connectMany(
                            (InetSocketAddress) honest.socket.getRemoteSocketAddress(), SLOW);
            try {
                eventually(
                        () -> {
                            for (SocketChannel client : slow) {
                                drip(client);
                            }
                            assertThat(ask(program, "late")[0]).isEqualTo(Integer.toString(SLOW));
                        });
                System.out.printf(
                        "%s, %s: %d slow clients given up, the last %s ms after its deadline%n",
                        engine, model, SLOW, ask(program, "late")[1]);
                assertThat(honest.ask("still there")).isEqualTo("still there");
            } finally {
                close(slow);
            }
        }
    }

    private static void drip(SocketChannel client) {
        try {
            client.write(ByteBuffer.wrap(new byte[] {'x'}));
        } catch (IOException givenUp) {
            // as it should be
        }
    }
}
