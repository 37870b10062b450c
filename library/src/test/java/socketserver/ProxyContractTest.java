package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.request.CloseReason;
import socketserver.request.ProxyBytes;
import socketserver.request.ProxyHeader;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/// What every server of connections makes of proxies that say for whom they connect.
@Timeout(30)
class ProxyContractTest {
    private static final InetSocketAddress CLIENT =
            new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 4321);
    private static final InetSocketAddress ASKED =
            new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 443);
    private static final byte[] NAME = "example.org".getBytes(UTF_8);
    private static final byte[] HEADER =
            ProxyBytes.tcp(CLIENT, ASKED, ProxyBytes.field(ProxyHeader.AUTHORITY, NAME));
    // They say of each line who has sent it.
    private static final List<RequestHandler<Request>> TELLERS =
            Variant.tellers(ProxyContractTest::told);

    private static ServerOptions believing(UnaryOperator<ProxySettings> change) {
        return ServerOptions.DEFAULT.withProxies(
                set ->
                        change.apply(
                                set.withFrom(List.of(Subnet.of("127.0.0.0/8"), Subnet.of("::1")))
                                        .withFromUnix(true)));
    }

    private static ServerOptions believing() {
        return believing(UnaryOperator.identity());
    }

    private static String told(StreamRequest request, String line) {
        ProxyHeader header = request.proxyHeader();
        byte[] name = header == null ? null : header.field(ProxyHeader.AUTHORITY);
        return "%s of %s for %s"
                .formatted(
                        line, request.client(), name == null ? "nobody" : new String(name, UTF_8));
    }

    private static byte[] with(byte[] header, String rest) {
        return ProxyBytes.joined(header, rest.getBytes(UTF_8));
    }

    @Contract
    void tellsHandlersWhoTheClientIs(Variant variant) throws Exception {
        for (RequestHandler<Request> handler : TELLERS) {
            try (var serving = variant.serve(believing(), handler);
                    var client = serving.streamClient()) {
                // What is behind the header is not lost, nor what comes later.
                client.send(with(HEADER, "one\ntw"));
                assertThat(client.receive()).isEqualTo("one of " + CLIENT + " for example.org");
                client.send("o");
                assertThat(client.receive()).isEqualTo("two of " + CLIENT + " for example.org");
                LiveRequest row = serving.server().requests().getFirst();
                assertThat(row.client()).isEqualTo(CLIENT);
                assertThat(((StreamRequest) row.request()).peer()).isNotEqualTo(CLIENT);
            }
        }
    }

    @Contract
    void countsNoByteOfTheHeader(Variant variant) throws Exception {
        try (var serving = variant.serve(believing(), TELLERS.getFirst())) {
            Events events = Events.of(serving.server());
            try (var client = serving.streamClient()) {
                client.send(with(HEADER, "hello\n"));
                assertThat(client.receive()).startsWith("hello of");
            }
            assertThat(events.reason()).isEqualTo(CloseReason.HANDLED);
            assertThat(events.last().bytesIn()).isEqualTo(6);
        }
    }

    @Contract
    void servesProxiesThatConnectForThemselves(Variant variant) throws Exception {
        try (var serving = variant.serve(believing(), TELLERS.getFirst());
                var client = serving.streamClient()) {
            client.send(with(ProxyBytes.binary(ProxyBytes.LOCAL, 0), "hello\n"));
            assertThat(client.receive()).startsWith("hello of ").doesNotContain("192.0.2");
        }
    }

    @Contract
    void waitsForNoHeader(Variant variant) throws Exception {
        try (var serving = variant.serve(believing(), TELLERS.getFirst());
                var slow = serving.streamClient()) {
            slow.send(HEADER, 0, 10);
            try (var client = serving.streamClient()) {
                client.send(with(HEADER, "hello\n"));
                assertThat(client.receive()).startsWith("hello of");
            }
            slow.send(HEADER, 10, HEADER.length - 10);
            slow.send("late");
            assertThat(slow.receive()).startsWith("late of " + CLIENT);
        }
    }

    @Contract
    void believesNobodyElse(Variant variant) throws Exception {
        try (var serving = variant.serve(TELLERS.getFirst());
                var client = serving.streamClient()) {
            client.send(ProxyBytes.text("PROXY TCP4 192.0.2.7 192.0.2.1 4321 443"));
            assertThat(client.receive())
                    .startsWith("PROXY TCP4 192.0.2.7 192.0.2.1 4321 443 of ")
                    .doesNotContain("of " + CLIENT);
        }
    }

    @Contract
    void refusesWhatIsNoHeader(Variant variant) throws Exception {
        try (var serving = variant.serve(believing(), TELLERS.getFirst())) {
            Events events = Events.of(serving.server());
            for (String line : new String[] {"GET / HTTP/1.1", "PROXY TCP4 me you 1 2"}) {
                try (var client = serving.streamClient()) {
                    client.send(ProxyBytes.text(line));
                    assertThat(events.refusal()).isEqualTo(RefusalReason.BAD_PROXY_HEADER);
                    assertThat(ended(client)).isTrue();
                }
            }
            try (var client = serving.streamClient()) {
                client.send(HEADER, 0, 10);
                client.halfClose();
                assertThat(events.refusal()).isEqualTo(RefusalReason.BAD_PROXY_HEADER);
            }
            assertThat(events.names()).doesNotContain("opened");
            try (var client = serving.streamClient()) {
                client.send(with(HEADER, "hello\n"));
                assertThat(client.receive()).startsWith("hello of");
            }
        }
    }

    @Contract
    void givesUpProxiesThatSayNothing(Variant variant) throws Exception {
        ServerOptions options = believing(set -> set.withTimeout(Duration.ofMillis(100)));
        try (var serving = variant.serve(options, TELLERS.getFirst())) {
            Events events = Events.of(serving.server());
            try (var client = serving.streamClient()) {
                assertThat(events.refusal()).isEqualTo(RefusalReason.PROXY_TIMEOUT);
                assertThat(ended(client)).isTrue();
            }
        }
    }

    @Contract
    void boundsHowManyProxiesWait(Variant variant) throws Exception {
        ServerOptions options = believing(set -> set.withMaxWaiting(1));
        try (var serving = variant.serve(options, TELLERS.getFirst());
                var first = serving.streamClient()) {
            Events events = Events.of(serving.server());
            try (var second = serving.streamClient()) {
                assertThat(events.refusal()).isEqualTo(RefusalReason.PROXIES_FULL);
                assertThat(ended(second)).isTrue();
            }
            first.send(with(HEADER, "hello\n"));
            assertThat(first.receive()).startsWith("hello of");
        }
    }

    @Contract
    void boundsClientsByWhoTheyAre(Variant variant) throws Exception {
        ServerOptions options =
                believing()
                        .withLimits(limits -> limits.withDeny(List.of(Subnet.of("192.0.2.0/24"))));
        try (var serving = variant.serve(options, TELLERS.getFirst())) {
            Events events = Events.of(serving.server());
            try (var client = serving.streamClient()) {
                client.send(HEADER);
                assertThat(events.refusal()).isEqualTo(RefusalReason.DENIED);
            }
            InetSocketAddress other =
                    new InetSocketAddress(InetAddress.ofLiteral("198.51.100.7"), 4321);
            try (var client = serving.streamClient()) {
                client.send(with(ProxyBytes.tcp(other, ASKED), "hello\n"));
                assertThat(client.receive()).startsWith("hello of " + other);
            }
        }
    }

    @Contract
    void closesThoseThatWaitWithTheServer(Variant variant) throws Exception {
        StreamClient client;
        try (var serving = variant.serve(believing(), TELLERS.getFirst())) {
            client = serving.streamClient();
            try (var served = serving.streamClient()) {
                served.send(with(HEADER, "hello\n"));
                assertThat(served.receive()).startsWith("hello of");
            }
        }
        try (client) {
            assertThat(ended(client)).isTrue();
        }
    }

    @Test
    void waitsForRoomThoughAHeaderIsIn() throws Exception {
        ServerOptions options = believing().withLimits(limits -> limits.withMaxConnections(1));
        try (var server = new ThreadingTcpServer(Peer.anyPort(), TELLERS.getFirst(), options);
                var second = Peer.of(server)) {
            server.start();
            try (var first = Peer.of(server)) {
                first.socket.getOutputStream().write(with(HEADER, "hello\n"));
                assertThat(first.line()).startsWith("hello of");
                second.socket.getOutputStream().write(with(HEADER, "next\n"));
                eventually(() -> assertThat(server.hasRequest()).isTrue());
                // It does not turn meanwhile.
                eventually(() -> assertThat(Patience.waitsForRoom(server)).isTrue());
            }
            assertThat(second.line()).startsWith("next of");
        }
    }

    private static boolean ended(StreamClient client) {
        try {
            return client.next() < 0;
        } catch (IOException reset) {
            return true;
        }
    }
}
