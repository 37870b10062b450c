package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import socketserver.request.DatagramRequest;
import socketserver.request.Request;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/// Packets that have queued up before the server takes them: none of those that the kernel has is
/// lost, or out of order where one handler follows the other.
@Timeout(30)
class DatagramFloodTest {
    // As many small packets fit into the usual receive buffer (net.core.rmem_default).
    private static final int MANY = 200;

    private final Queue<Integer> seen = new ConcurrentLinkedQueue<>();

    static List<Variant> variants() {
        return Variant.all().stream()
                .filter(variant -> !variant.family().isStream())
                // Its handlers note what they see in this process; it takes packets like the
                // others.
                .filter(variant -> variant.model() != Model.FORKING)
                .filter(
                        variant ->
                                variant.family() != Family.UNIX_DATAGRAM
                                        || variant.engine().equals("linux"))
                .toList();
    }

    private void note(Request request) {
        seen.add(ByteBuffer.wrap(((DatagramRequest) request).packet()).getInt());
    }

    private static void send(PacketClient client, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            client.send(ByteBuffer.allocate(4).putInt(i).array());
        }
    }

    private void assertSeen(Variant variant, int count) {
        List<Integer> all = IntStream.range(0, count).boxed().toList();
        eventually(() -> assertThat(seen).hasSize(count));
        if (variant.model() == Model.SYNCHRONOUS) {
            assertThat(seen).containsExactlyElementsOf(all);
        } else {
            assertThat(seen).containsExactlyInAnyOrderElementsOf(all);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variants")
    void everyPacketIsHandledOnce(Variant variant) throws Exception {
        try (var serving = variant.open(ServerOptions.DEFAULT, new Hooks(), this::note);
                var client = serving.packetClient()) {
            // A Unix socket takes some ten packets, until it serves.
            var sending = Background.run(() -> send(client, 0, MANY));
            if (variant.family() != Family.UNIX_DATAGRAM) {
                sending.join();
            }
            serving.server().start();
            sending.join();
            assertSeen(variant, MANY);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variants")
    void packetsThatWereTakenAheadAreHandledOneByOne(Variant variant) throws Exception {
        try (var serving = variant.open(ServerOptions.DEFAULT, new Hooks(), this::note);
                var client = serving.packetClient()) {
            send(client, 0, 10);
            for (int i = 0; i < 10; i++) {
                assertThat(serving.server().handleRequest()).isEqualTo(HandleResult.HANDLED);
            }
            assertSeen(variant, 10);
        }
    }
}
