package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.request.StreamRequest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/// Virtual threads that are not the server's own come to their turn, however busy it is: on one
/// core, which they share with everything else.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class FairnessTest {
    private static final int TIMES = 50;
    private static final int CONNECTIONS = 10;

    /// Echoes, and measures on request how late others are.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws Exception {
            try (var server = new ThreadingTcpServer(Peer.anyPort(), Program::echo)) {
                server.start();
                System.out.println(server.address().getPort());
                var commands = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                for (String command; (command = commands.readLine()) != null; ) {
                    System.out.println(command.equals("sleep") ? sleeps() : starts());
                }
            }
        }

        private static void echo(StreamRequest request) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate(1000);
            while (request.read(buffer.clear()) >= 0) {
                request.write(buffer.flip());
            }
        }

        /// {@return how many milliseconds the process worked before each of the threads ran}
        private static String starts() throws InterruptedException {
            var late = new StringBuilder();
            for (int i = 0; i < TIMES; i++) {
                var ran = new CountDownLatch(1);
                long start = used();
                Thread.ofVirtual().start(ran::countDown);
                ran.await();
                late.append(used() - start).append(' ');
            }
            return late.toString();
        }

        /// {@return how many milliseconds the process worked during each sleep}
        private static String sleeps() throws InterruptedException {
            var late = new StringBuilder();
            Thread.ofVirtual()
                    .start(
                            () -> {
                                for (int i = 0; i < TIMES; i++) {
                                    long start = used();
                                    sleep();
                                    late.append(used() - start).append(' ');
                                }
                            })
                    .join();
            return late.toString();
        }

        /// {@return how many milliseconds of the processor this process has had: what others have
        /// of a busy machine is not its fault}
        private static long used() {
            return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis();
        }

        private static void sleep() {
            try {
                Thread.sleep(10);
            } catch (InterruptedException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sleep", "start"})
    void othersRunWhileTheServerIsBusy(String what) throws Exception {
        Installed.needs("taskset");
        var echoes = new AtomicLong();
        try (var program = ChildJvm.by(List.of("taskset", "-c", "0"), Program.class)) {
            InetSocketAddress address = program.address();
            List<Background<Boolean>> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(Background.run(() -> beBusy(address, echoes)));
            }
            Eventually.eventually(() -> echoes.get() > 1000);
            long before = echoes.get();
            List<Long> late = new ArrayList<>();
            for (String each : String.valueOf(program.ask(what)).split(" ", -1)) {
                if (!each.isEmpty()) {
                    late.add(Long.valueOf(each));
                }
            }
            assertThat(echoes.get()).as("echoes meanwhile").isGreaterThan(before);
            assertThat(late).hasSize(TIMES);
            assertThat(late.stream().filter(millis -> millis <= 100).count())
                    .as("of %s how many are at most 100 ms late", late)
                    .isGreaterThanOrEqualTo(48);
            assertThat(late).allMatch(millis -> millis < 5000);
            program.kill();
            for (var client : clients) {
                client.join();
            }
        }
    }

    /// Echoes until the server goes: on so many connections in turn that it always has work.
    private static void beBusy(InetSocketAddress address, AtomicLong echoes) throws IOException {
        byte[] block = new byte[100];
        List<Peer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                peers.add(Peer.of(address));
                peers.getLast().socket.getOutputStream().write(block);
            }
            for (int i = 0; ; i = (i + 1) % CONNECTIONS) {
                Socket socket = peers.get(i).socket;
                if (socket.getInputStream().readNBytes(block.length).length < block.length) {
                    return;
                }
                echoes.incrementAndGet();
                socket.getOutputStream().write(block);
            }
        } catch (SocketException gone) {
            // The server is killed at the end.
        } finally {
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }
}
