package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Eventually.eventually;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import socketserver.request.StreamRequest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// Thousands of connections with a read timeout each, in a process of its own.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ManyTimeoutsTest {
    private static final int MANY = 3000;

    /// Says once "timeout" to a client that is silent, and echoes what it says then; says on
    /// request how many timeouts there were, and how many threads there are.
    static final class Program {
        private static final AtomicInteger TIMEOUTS = new AtomicInteger();

        private Program() {}

        public static void main(String[] arguments) throws IOException {
            ServerOptions options =
                    ServerOptions.DEFAULT.withDeadlines(
                            deadlines -> deadlines.withRead(Duration.ofSeconds(1)));
            try (var server = new ThreadingTcpServer(Peer.anyPort(), Program::handle, options)) {
                server.start();
                System.out.println(server.address().getPort());
                var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                for (String command; (command = commands.readLine()) != null; ) {
                    System.out.println(command.equals("timeouts") ? TIMEOUTS : threads());
                }
            }
        }

        private static void handle(StreamRequest request) throws IOException {
            for (boolean waited = false; ; ) {
                try {
                    String line = request.input().readLine();
                    if (line == null) {
                        return;
                    }
                    request.output().writeLine(line);
                } catch (SocketTimeoutException silent) {
                    TIMEOUTS.incrementAndGet();
                    if (waited) {
                        throw silent;
                    }
                    waited = true;
                    request.output().writeLine("timeout");
                    request.readTimeout(null);
                }
            }
        }

        private static long threads() throws IOException {
            try (Stream<Path> entries = Files.list(Path.of("/proc/self/task"))) {
                return entries.count();
            }
        }
    }

    private static int ask(ChildJvm program, String what) throws IOException {
        return Integer.parseInt(String.valueOf(program.ask(what)));
    }

    @Test
    void eachFiresOnceWithoutAThreadOfItsOwnAndLeavesTheConnectionUsable() throws Exception {
        try (var program = ChildJvm.of(Program.class)) {
            InetSocketAddress address = program.address();
            try (Peer busy = Peer.of(address)) {
                assertThat(busy.ask("hello")).isEqualTo("hello");
                int before = ask(program, "threads");
                List<StreamClient> clients = new ArrayList<>();
                for (int i = 0; i < MANY; i++) {
                    clients.add(new StreamClient(SocketChannel.open(address)));
                }
                // One that is never silent for so long is not timed out.
                eventually(
                        () -> {
                            assertThat(busy.ask("hello")).isIn("hello", "timeout");
                            return ask(program, "timeouts") >= MANY;
                        });
                assertThat(ask(program, "threads")).isLessThan(before + 50);
                for (int i = 0; i < MANY; i++) {
                    StreamClient client = clients.get(i);
                    assertThat(client.receive()).isEqualTo("timeout");
                    assertThat(client.ask("message " + i)).isEqualTo("message " + i);
                    client.close();
                }
                assertThat(ask(program, "timeouts")).isBetween(MANY, MANY + 1);
            }
            assertThat(program.errors()).isEmpty();
        }
    }
}
