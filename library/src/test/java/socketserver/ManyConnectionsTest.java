package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Eventually.eventually;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Ten thousand connections held open by a process of its own, on the threading model.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ManyConnectionsTest {
    private static final int MANY = 10_000;
    private static final int LENGTH = 8;

    /// Echoes, and says on request how many requests, descriptors and threads it has.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            RequestHandler<StreamRequest> echo =
                    request -> {
                        ByteBuffer bytes = ByteBuffer.allocate(LENGTH);
                        while (request.read(bytes) >= 0) {
                            request.write(bytes.flip());
                            bytes.clear();
                        }
                    };
            try (var server = new ThreadingTcpServer(Peer.anyPort(), echo)) {
                server.start();
                System.out.println(server.address().getPort());
                var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                while (commands.readLine() != null) {
                    System.out.printf(
                            "%d %d %d%n",
                            server.requests().size(),
                            count("/proc/self/fd"),
                            count("/proc/self/task"));
                }
            }
        }

        private static long count(String folder) throws IOException {
            try (Stream<Path> entries = Files.list(Path.of(folder))) {
                return entries.count();
            }
        }
    }

    private record Counts(int requests, int descriptors, int threads) {
        static Counts of(ChildJvm program) throws IOException {
            String[] counts = String.valueOf(program.ask("counts")).split(" ", -1);
            return new Counts(
                    Integer.parseInt(counts[0]),
                    Integer.parseInt(counts[1]),
                    Integer.parseInt(counts[2]));
        }
    }

    @Test
    void tenThousandConnectionsEchoAndLeaveNothing() throws Exception {
        try (var program = ChildJvm.of(Program.class)) {
            InetSocketAddress address = program.address();
            echoOn(Peer.connectMany(address, 10));
            eventually(() -> Counts.of(program).requests() == 0);
            Counts before = Counts.of(program);

            List<SocketChannel> all = Peer.connectMany(address, MANY);
            eventually(() -> Counts.of(program).requests() == MANY);
            assertThat(Counts.of(program).threads()).isLessThan(before.threads() + 50);
            echoOn(all);

            eventually(() -> Counts.of(program).requests() == 0);
            eventually(() -> Counts.of(program).descriptors() <= before.descriptors() + 5);
            assertThat(Counts.of(program).threads()).isLessThan(before.threads() + 10);
            echoOn(Peer.connectMany(address, 10));
            assertThat(program.errors()).isEmpty();
        }
    }

    /// Lets each say something and hear it again, twice, and closes them.
    private static void echoOn(List<SocketChannel> channels) throws IOException {
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < channels.size(); i++) {
                channels.get(i).write(message(round, i));
            }
            for (int i = 0; i < channels.size(); i++) {
                ByteBuffer answer = ByteBuffer.allocate(LENGTH);
                while (answer.hasRemaining() && channels.get(i).read(answer) >= 0) {
                    // until all has come
                }
                assertThat(answer.flip()).isEqualTo(message(round, i));
            }
        }
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    private static ByteBuffer message(int round, int number) {
        return ByteBuffer.allocate(LENGTH).putInt(round).putInt(number).flip();
    }
}
