package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.Patience.reached;

import org.junit.jupiter.api.Timeout;

import socketserver.request.DatagramRequest;
import socketserver.request.DatagramRequestHandler;
import socketserver.request.HandlerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.SynchronousQueue;

/// What every server of packets does.
@Timeout(20)
class PacketContractTest {
    private static final int LONGEST_UDP = 65_507;
    // A Unix datagram may be as long as the sender's buffer.
    private static final int LONGER_THAN_ANY = 4 << 20;

    private static Serving serve(Variant variant, HandlerFactory<DatagramRequest> factory)
            throws IOException {
        return variant.servePackets(factory.toHandler());
    }

    @Contract
    void handlesAnEmptyPacket(Variant variant) throws Exception {
        try (var serving =
                        variant.servePackets(
                                request -> Variant.answer(request, "" + request.packet().length));
                var client = serving.packetClient()) {
            assertThat(client.ask("")).isEqualTo("0");
        }
    }

    @Contract
    void repliesWithAnEmptyPacket(Variant variant) throws Exception {
        try (var serving = variant.servePackets(request -> request.reply(new byte[0]));
                var client = serving.packetClient()) {
            client.send("hello");
            assertThat(client.receivePacket()).isEmpty();
        }
    }

    @Contract
    void repliesSeveralTimes(Variant variant) throws Exception {
        try (var serving =
                        variant.servePackets(
                                request -> {
                                    for (int i = 1; i <= 5; i++) {
                                        Variant.answer(request, "reply " + i);
                                    }
                                });
                var client = serving.packetClient()) {
            client.send("hello");
            for (int i = 1; i <= 5; i++) {
                assertThat(client.receive()).isEqualTo("reply " + i);
            }
        }
    }

    @Contract
    void repliesWithWhatABufferHasLeft(Variant variant) throws Exception {
        try (var serving =
                        variant.servePackets(
                                request -> {
                                    ByteBuffer buffer = ByteBuffer.wrap(request.packet());
                                    request.reply(buffer.position(2).limit(4));
                                });
                var client = serving.packetClient()) {
            assertThat(client.ask("012345")).isEqualTo("23");
        }
    }

    @Contract
    void showsThatAPacketWasTruncated(Variant variant) throws Exception {
        ServerOptions options =
                ServerOptions.DEFAULT.withSocket(socket -> socket.withMaxPacketSize(100));
        try (var serving =
                        variant.servePackets(
                                options,
                                request ->
                                        Variant.answer(
                                                request,
                                                request.packet().length
                                                        + " "
                                                        + request.truncated()
                                                        + " "
                                                        + request.bytesIn()));
                var client = serving.packetClient()) {
            assertThat(client.ask("x".repeat(99))).isEqualTo("99 false 99");
            assertThat(client.ask("x".repeat(100))).isEqualTo("100 false 100");
            assertThat(client.ask("x".repeat(101))).isEqualTo("100 true 100");
            assertThat(client.ask("x".repeat(5000))).isEqualTo("100 true 100");
            assertThat(client.ask("x")).isEqualTo("1 false 1");
        }
    }

    @Contract
    void takesThePacketSizeOfPythonUnlessTold(Variant variant) throws Exception {
        try (var serving =
                        variant.servePackets(
                                request ->
                                        Variant.answer(
                                                request,
                                                request.packet().length
                                                        + " "
                                                        + request.truncated()));
                var client = serving.packetClient()) {
            assertThat(client.ask("x".repeat(8192))).isEqualTo("8192 false");
            assertThat(client.ask("x".repeat(8193))).isEqualTo("8192 true");
        }
    }

    @Contract
    void carriesTheLongestPacketBothWays(Variant variant) throws Exception {
        ServerOptions options =
                ServerOptions.DEFAULT.withSocket(socket -> socket.withMaxPacketSize(65_535));
        byte[] longest = new byte[LONGEST_UDP];
        new java.util.Random(7).nextBytes(longest);
        try (var serving =
                        variant.servePackets(options, request -> request.reply(request.packet()));
                var client = serving.packetClient()) {
            client.send(longest);
            assertThat(client.receivePacket()).isEqualTo(longest);
        }
    }

    @Contract
    void reportsAReplyThatIsTooLongAndServesTheNextClient(Variant variant) throws Exception {
        try (var serving =
                        variant.servePackets(
                                request ->
                                        request.reply(
                                                new byte[request.packet()[0] * LONGER_THAN_ANY]));
                var client = serving.packetClient()) {
            client.send(new byte[] {1});
            assertThat(serving.hooks().failure().thrown()).isInstanceOf(IOException.class);
            client.send(new byte[] {0});
            assertThat(client.receivePacket()).isEmpty();
        }
    }

    /// Answers unless told otherwise.
    private static final class Choosy extends DatagramRequestHandler {
        @Override
        protected void handle() throws IOException {
            switch (input().readLine()) {
                case "silent" -> {}
                case "fail" -> {
                    output().write("lost");
                    throw new IOException("as told");
                }
                case "empty" -> request().reply(new byte[0]);
                case "twice" -> {
                    request().reply(new byte[] {'1'});
                    output().write("2");
                }
                case String line -> {
                    output().write("you said ");
                    output().write(line);
                    output().writeLine(truncated() ? "…" : "");
                    output().write(packet().length + " bytes");
                }
            }
        }
    }

    @Contract
    void gathersTheOutputOfAHandlerClassIntoOnePacket(Variant variant) throws Exception {
        try (var serving = serve(variant, Choosy::new);
                var client = serving.packetClient()) {
            assertThat(client.ask("hello\nworld")).isEqualTo("you said hello\n11 bytes");
        }
    }

    @Contract
    void sendsNothingIfNothingWasWritten(Variant variant) throws Exception {
        try (var serving = serve(variant, Choosy::new);
                var client = serving.packetClient()) {
            client.send("silent");
            Patience.eventually(
                    () ->
                            assertThat(serving.hooks().count("closeRequest"))
                                    .isEqualTo(variant.model().copies()));
            assertThat(client.ask("hello")).startsWith("you said hello");
        }
    }

    @Contract
    void sendsNothingOfAHandlerThatFails(Variant variant) throws Exception {
        try (var serving = serve(variant, Choosy::new);
                var client = serving.packetClient()) {
            client.send("fail");
            assertThat(serving.hooks().failure().thrown()).hasMessage("as told");
            assertThat(client.ask("hello")).startsWith("you said hello");
        }
    }

    @Contract
    void sendsTheOutputAfterTheReplies(Variant variant) throws Exception {
        try (var serving = serve(variant, Choosy::new);
                var client = serving.packetClient()) {
            assertThat(client.ask("twice")).isEqualTo("1");
            assertThat(client.receive()).isEqualTo("2");
            client.send("empty");
            assertThat(client.receivePacket()).isEmpty();
        }
    }

    @Contract
    void refusesToReplyOnceTheRequestIsClosed(Variant variant) throws Exception {
        var requests = new SynchronousQueue<DatagramRequest>();
        try (var serving =
                        variant.servePackets(
                                request -> {
                                    Variant.rows(request).getFirst().close();
                                    requests.put(request);
                                });
                var client = serving.packetClient()) {
            client.send("hello");
            DatagramRequest closed = requests.take();
            assertThatThrownBy(() -> closed.reply(new byte[1]))
                    .isInstanceOf(ClosedChannelException.class);
        }
    }

    @Contract
    void sendsTheReplyOfAHandlerThatOutlivesTheServing(Variant variant) throws Exception {
        var handling = Shared.latch(1);
        var end = Shared.latch(1);
        try (var serving =
                        variant.servePackets(
                                request -> {
                                    handling.countDown();
                                    reached(end);
                                    Variant.answer(request, "late");
                                });
                var client = serving.packetClient()) {
            client.send("hello");
            reached(handling);
            Thread closing = Thread.ofVirtual().start(serving.server()::close);
            Patience.eventually(
                    () -> assertThat(closing.getState()).isIn(Thread.State.TIMED_WAITING));
            end.countDown();
            assertThat(client.receive()).isEqualTo("late");
            closing.join();
        }
    }

    @Contract
    void givesEachRequestAPacketOfItsOwn(Variant variant) throws Exception {
        List<byte[]> packets = Shared.list();
        try (var serving =
                        variant.servePackets(
                                request -> {
                                    packets.add(request.packet());
                                    Variant.answer(request, "taken");
                                });
                var client = serving.packetClient()) {
            client.ask("one");
            client.ask("two");
            assertThat(packets.get(0)).asString().isEqualTo("one");
            assertThat(packets.get(1)).asString().isEqualTo("two");
        }
    }

    @Contract
    void letsATapSeeThePacketAndTheReplies(Variant variant) throws Exception {
        NotingTap tap = NotingTap.empty();
        try (var serving =
                        variant.servePackets(
                                request -> {
                                    Variant.answer(request, "unseen");
                                    request.tap(tap);
                                    Variant.answer(request, "one");
                                    request.reply(ByteBuffer.wrap(request.packet(), 1, 2));
                                    request.reply(new byte[0]);
                                    request.tap(null);
                                    Variant.answer(request, "unseen");
                                });
                var client = serving.packetClient()) {
            client.send("hello");
            for (String reply : List.of("unseen", "one", "el", "", "unseen")) {
                assertThat(client.receive()).isEqualTo(reply);
            }
            assertThat(tap.in()).containsExactly("hello");
            assertThat(tap.out()).containsExactly("one", "el", "");
            assertThat(tap.ends()).isEmpty();
        }
    }

    @Contract
    void isNotHarmedByATapThatFails(Variant variant) throws Exception {
        Shared.Counter calls = Shared.counter();
        try (var serving =
                        variant.servePackets(
                                request -> {
                                    request.tap(new FailingTap(calls));
                                    Variant.answer(request, "tap: " + request.tap());
                                });
                var client = serving.packetClient()) {
            assertThat(client.ask("hello")).isEqualTo("tap: null");
            assertThat(calls.get()).isEqualTo(1);
            assertThat(serving.hooks().count("handleError")).isZero();
        }
    }
}
