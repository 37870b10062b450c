package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

import socketserver.framing.FramedRequest;
import socketserver.framing.Framing;
import socketserver.request.CloseReason;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What every server of connections makes of clients that misbehave: the reason, the counts, and
/// the honest client beside them.
@Timeout(60)
class BadPeerContractTest {
    private static final String LARGE = "x".repeat(10_000);
    private static final int LINES = 10_000;

    // For the bad ones alone: an honest one may be slow on a busy machine.
    private static final ServerOptions SEVERE =
            ServerOptions.DEFAULT.withDeadlines(
                    deadlines ->
                            deadlines
                                    .withFirstByte(Duration.ofMillis(100))
                                    .withMessage(Duration.ofMillis(100))
                                    .withWrite(Duration.ofMillis(100)));

    /// {@return handlers that answer each line, and some with a flood}
    static List<RequestHandler<Request>> handlers() {
        return List.of(
                Variant.ofFamily((StreamRequest request) -> answer(request)),
                Variant.ofFamily(Framing.lines().streams(BadPeerContractTest::answerFrame)));
    }

    private static void answer(StreamRequest request) throws IOException {
        for (String line; (line = request.input().readLine()) != null; ) {
            if (line.equals(BadPeer.FLOOD)) {
                for (int i = 0; i < LINES; i++) {
                    request.output().writeLine(LARGE);
                }
            }
            request.output().writeLine(line);
        }
    }

    private static void answerFrame(String line, FramedRequest<String> request) throws IOException {
        if (line.equals(BadPeer.FLOOD)) {
            request.sendAll(Stream.generate(() -> LARGE).limit(LINES).iterator());
        }
        request.send(line);
    }

    /// {@return what a request may have ended by}
    private static Set<CloseReason> reasons(BadPeer peer, Variant variant) {
        return switch (peer) {
            case HANGS -> Set.of(CloseReason.FIRST_BYTE_TIMEOUT);
            case DRIPS -> Set.of(CloseReason.MESSAGE_TIMEOUT);
            // The last line may lack its end: it is answered, to whom it may concern.
            case ENDS_IN_A_LINE -> Set.of(CloseReason.HANDLED, CloseReason.CLIENT_GONE);
            case RESETS_IN_A_LINE ->
                    switch (variant.family()) {
                        case UNIX_STREAM -> Set.of(CloseReason.HANDLED, CloseReason.CLIENT_GONE);
                        // A reset takes with it what the server has not read: the client's end of
                        // the handshake, too.
                        case TLS -> Set.of(CloseReason.HANDSHAKE_FAILED, CloseReason.CLIENT_GONE);
                        default -> Set.of(CloseReason.CLIENT_GONE);
                    };
            case ENDS_IN_AN_ANSWER, RESETS_IN_AN_ANSWER -> Set.of(CloseReason.CLIENT_GONE);
            case NEVER_READS -> Set.of(CloseReason.WRITE_TIMEOUT);
            // On a busy machine so much is not encrypted and read in a tenth of a second.
            case SENDS_TOO_MUCH ->
                    variant.family() == Family.TLS
                            ? Set.of(CloseReason.INPUT_TOO_LONG, CloseReason.MESSAGE_TIMEOUT)
                            : Set.of(CloseReason.INPUT_TOO_LONG);
        };
    }

    @Contract
    void costsItselfAlone(Variant variant) throws Exception {
        for (RequestHandler<Request> handler : handlers()) {
            try (var serving = variant.serve(handler)) {
                serving.awaitFirstAnswer();
                Events events = Events.of(serving.server());
                for (BadPeer peer : BadPeer.values()) {
                    if (variant.model() == Model.SYNCHRONOUS) {
                        // It takes one client after the other.
                        assertThat(ending(peer, serving, events))
                                .as(peer.toString())
                                .isIn(reasons(peer, variant));
                    }
                    try (var honest = serving.streamClient()) {
                        assertThat(honest.ask("before")).isEqualTo("before");
                        if (variant.model() != Model.SYNCHRONOUS) {
                            assertThat(ending(peer, serving, events))
                                    .as(peer.toString())
                                    .isIn(reasons(peer, variant));
                        }
                        assertThat(honest.ask("after")).isEqualTo("after");
                    }
                    assertThat(events.reason()).isEqualTo(CloseReason.HANDLED);
                    eventually(() -> assertThat(serving.server().requests()).isEmpty());
                }
            }
        }
    }

    /// {@return why the request of a bad peer has ended}
    private static CloseReason ending(BadPeer peer, Serving serving, Events events)
            throws Exception {
        ServerOptions before = serving.server().options();
        serving.server().options(SEVERE.withTls(before.tls()));
        try (var client = serving.streamClient()) {
            try {
                peer.misbehave(client);
            } catch (IOException ended) {
                // The server has had enough of it.
            }
            if (peer.stays()) {
                return events.reason();
            }
        } finally {
            serving.server().options(before);
        }
        return events.reason();
    }

    @Contract
    void outlivesManyThatConnectAndGo(Variant variant) throws Exception {
        outlives(variant, variant.model() == Model.FORKING ? 50 : 500);
    }

    @Contract
    @Tag("long")
    void outlivesTenThousandThatConnectAndGo(Variant variant) throws Exception {
        outlives(variant, variant.model() == Model.FORKING ? 500 : 10_000);
    }

    private static void outlives(Variant variant, int clients) throws Exception {
        for (RequestHandler<Request> handler : handlers()) {
            try (var serving = variant.serve(handler)) {
                for (int i = 0; i < clients; i++) {
                    serving.streamClient().close();
                }
                try (var honest = serving.streamClient()) {
                    assertThat(honest.ask("hello")).isEqualTo("hello");
                }
                eventually(() -> assertThat(serving.server().requests()).isEmpty());
            }
        }
    }
}
