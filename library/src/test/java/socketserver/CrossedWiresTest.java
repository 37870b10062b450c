package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/// Connections that are opened, closed and reset all the time, so that the numbers of their
/// descriptors are used again at once: no byte of one ever comes to another.
@Timeout(40)
class CrossedWiresTest {
    static final List<String> ENGINES = Variant.ENGINES;

    private static final int CLIENTS = 100;
    private static final int CONNECTIONS = 5;

    private final AtomicInteger names = new AtomicInteger();
    private final Queue<String> crossed = new ConcurrentLinkedQueue<>();

    /// Answers lines that begin with the name that the first one has.
    private void answer(StreamRequest request) throws IOException {
        String name = null;
        for (String line; (line = request.input().readLine()) != null; ) {
            String said = line.split(" ", 2)[0];
            if (name != null && !name.equals(said)) {
                crossed.add("server: %s after %s".formatted(line, name));
            }
            name = said;
            request.output().writeLine(line);
        }
    }

    private void talk(InetSocketAddress server, Random random) throws IOException {
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            String name = "name-" + names.incrementAndGet();
            try (Peer peer = Peer.of(server)) {
                for (int i = random.nextInt(20); i >= 0; i--) {
                    String line = name + " " + i;
                    String answer = peer.ask(line);
                    if (answer == null) {
                        break;
                    }
                    if (!answer.equals(line)) {
                        crossed.add("client: %s for %s".formatted(answer, line));
                    }
                }
                if (random.nextInt(3) == 0) {
                    // A reset, with a request on its way or not.
                    peer.socket.setSoLinger(true, 0);
                    if (random.nextBoolean()) {
                        peer.send(name + " last");
                    }
                }
            } catch (SocketException closed) {
                // The server has closed it: that is the traffic.
            }
        }
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void eachConnectionHearsItsOwnBytesAlone(String engine) throws Exception {
        ServerOptions timed =
                ServerOptions.DEFAULT.withDeadlines(
                        deadlines -> deadlines.withRead(Duration.ofSeconds(30)));
        try (var serving =
                new Variant(engine, Family.TCP_IPV4, Model.THREADING)
                        .serveStreams(timed, this::answer)) {
            var address = (InetSocketAddress) serving.server().address();
            List<Background<Boolean>> clients =
                    IntStream.range(0, CLIENTS)
                            .mapToObj(i -> Background.run(() -> talk(address, new Random(i))))
                            .toList();
            Random random = new Random(42);
            while (!clients.stream().allMatch(Background::isDone)) {
                List<LiveRequest> rows = serving.server().requests();
                if (!rows.isEmpty()) {
                    rows.get(random.nextInt(rows.size())).close();
                }
                LockSupport.parkNanos(500_000);
            }
            for (var client : clients) {
                client.join();
            }
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            assertThat(crossed).isEmpty();
            assertThat(names.get()).isEqualTo(CLIENTS * CONNECTIONS);
        }
    }

    @EnabledOnOs(OS.LINUX)
    @ParameterizedTest
    @FieldSource("ENGINES")
    void aChildProcessKeepsNoConnection(String engine) throws Exception {
        var variant = new Variant(engine, Family.TCP_IPV4, Model.THREADING);
        try (var serving = variant.serve(Variant::echo)) {
            Process child;
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
                child = new ProcessBuilder("cat").start();
                serving.server().requests().forEach(LiveRequest::close);
                assertThat(client.receive()).isNull();
            }
            try (var next = serving.client()) {
                assertThat(next.ask("hello")).isEqualTo("hello");
                assertThat(child.isAlive()).isTrue();
            } finally {
                child.destroyForcibly().waitFor();
            }
        }
    }
}
