package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.pause;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

import socketserver.framing.Framing;
import socketserver.request.CloseReason;
import socketserver.request.DeadlineException;
import socketserver.request.DeadlineKind;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// What every server of connections does with clients that are too slow.
@Timeout(20)
class DeadlineContractTest {
    private static final Duration SHORT = Duration.ofMillis(50);

    private static ServerOptions with(UnaryOperator<Deadlines> deadlines) {
        return ServerOptions.DEFAULT.withDeadlines(deadlines);
    }

    /// What a client does that is to be given up.
    private interface Misdeed {
        void of(StreamClient client) throws Exception;
    }

    private static void assertGivenUp(
            Variant variant,
            UnaryOperator<Deadlines> deadlines,
            CloseReason reason,
            Misdeed misdeed)
            throws Exception {
        for (RequestHandler<Request> handler : Variant.lineHandlers()) {
            try (var serving = variant.serve(with(deadlines), handler)) {
                if (variant.model() == Model.FORKING) {
                    // Starting the first child takes longer than the deadlines.
                    serving.awaitFirstAnswer();
                }
                assertGivenUp(serving, reason, misdeed);
            }
        }
    }

    private static void assertGivenUp(Serving serving, CloseReason reason, Misdeed misdeed)
            throws Exception {
        Events events = Events.of(serving.server());
        try (var client = serving.streamClient()) {
            try {
                misdeed.of(client);
            } catch (IOException alreadyGivenUp) {
                // It was too slow even for that.
            }
            assertThat(receiveToTheEnd(client)).isNull();
            assertThat(events.reason()).isEqualTo(reason);
        }
    }

    private static @Nullable String receiveToTheEnd(StreamClient client) {
        try {
            return client.receive();
        } catch (IOException reset) {
            return null;
        }
    }

    @Contract
    void givesUpAClientThatSendsNoFirstByte(Variant variant) throws Exception {
        assertGivenUp(
                variant,
                deadlines -> deadlines.withFirstByte(SHORT),
                CloseReason.FIRST_BYTE_TIMEOUT,
                client -> {});
    }

    @Contract
    void givesUpAClientThatFallsIdle(Variant variant) throws Exception {
        assertGivenUp(
                variant,
                deadlines -> deadlines.withIdle(SHORT),
                CloseReason.IDLE_TIMEOUT,
                client -> client.ask("hello"));
    }

    @Contract
    void givesUpAClientThatSendsAByteNowAndThen(Variant variant) throws Exception {
        assertGivenUp(
                variant,
                deadlines -> deadlines.withIdle(Duration.ofSeconds(10)).withMessage(SHORT),
                CloseReason.MESSAGE_TIMEOUT,
                client -> {
                    client.ask("hello");
                    for (int i = 0; i < 100; i++) {
                        pause(Duration.ofMillis(10));
                        client.send(new byte[] {'a'});
                    }
                });
    }

    @Contract
    void givesUpAClientThatNeverReads(Variant variant) throws Exception {
        for (RequestHandler<Request> handler : floods()) {
            try (var serving =
                            variant.serve(with(deadlines -> deadlines.withWrite(SHORT)), handler);
                    var client = serving.streamClient()) {
                Events events = Events.of(serving.server());
                client.send("go");
                assertThat(events.reason()).isEqualTo(CloseReason.WRITE_TIMEOUT);
            }
        }
    }

    private static List<RequestHandler<Request>> floods() {
        String large = "x".repeat(10_000);
        return List.of(
                Variant.ofFamily(
                        (StreamRequest request) -> {
                            request.input().readLine();
                            for (; ; ) {
                                request.output().writeLine(large);
                            }
                        }),
                Variant.ofFamily(
                        Framing.lines()
                                .streams(
                                        (line, request) ->
                                                request.sendAll(
                                                        Stream.generate(() -> large).iterator()))));
    }

    /// {@return an age that a request reaches soon, but not before its first answer}
    private static Duration age(Variant variant) {
        if (variant.model() != Model.FORKING) {
            return Duration.ofMillis(150);
        }
        // The first handshakes of a JVM take some tenths of a second, and more on a busy machine.
        return Duration.ofSeconds(variant.family() == Family.TLS ? 4 : 1);
    }

    @Contract
    void endsAConnectionThatHasLastedLong(Variant variant) throws Exception {
        assertGivenUp(
                variant,
                deadlines -> deadlines.withAge(age(variant)),
                CloseReason.MAX_AGE,
                client -> client.ask("hello"));
    }

    @Contract
    void endsABusyConnectionThatHasLastedLong(Variant variant) throws Exception {
        assertGivenUp(
                variant,
                deadlines -> deadlines.withAge(age(variant)),
                CloseReason.MAX_AGE,
                client -> client.send("half a li".getBytes(UTF_8)));
    }

    @Contract
    void sparesAClientThatKeepsItsTimes(Variant variant) throws Exception {
        Duration ample = Duration.ofSeconds(15);
        ServerOptions options =
                with(
                        deadlines ->
                                deadlines
                                        .withFirstByte(ample)
                                        .withIdle(ample)
                                        .withRead(ample)
                                        .withMessage(ample)
                                        .withMinimumRate(1)
                                        .withAge(ample));
        for (RequestHandler<Request> handler : Variant.lineHandlers()) {
            try (var serving = variant.serve(options, handler);
                    var client = serving.streamClient()) {
                Events events = Events.of(serving.server());
                for (int i = 0; i < 5; i++) {
                    client.send("he".getBytes(UTF_8));
                    assertThat(client.ask("llo")).isEqualTo("hello");
                }
                client.halfClose();
                assertThat(client.receive()).isNull();
                assertThat(events.reason()).isEqualTo(CloseReason.HANDLED);
            }
        }
    }

    @Contract
    void countsAMessageThatIsReadInParts(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                with(deadlines -> deadlines.withMessage(SHORT)),
                                request ->
                                        request.message(
                                                () -> {
                                                    String line;
                                                    do {
                                                        line = request.input().readLine();
                                                    } while (line != null && !line.isEmpty());
                                                    return line;
                                                }));
                var client = serving.streamClient()) {
            Events events = Events.of(serving.server());
            for (int i = 0; i < 20; i++) {
                pause(Duration.ofMillis(10));
                try {
                    client.send("a whole line");
                } catch (IOException gone) {
                    break;
                }
            }
            assertThat(receiveToTheEnd(client)).isNull();
            assertThat(events.reason()).isEqualTo(CloseReason.MESSAGE_TIMEOUT);
        }
    }

    @Contract
    void mayAnswerAClientThatIsTooLate(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                with(deadlines -> deadlines.withMessage(SHORT)),
                                request -> {
                                    try {
                                        request.input().readLine();
                                    } catch (DeadlineException late) {
                                        request.output().writeLine("408 " + late.kind());
                                        throw late;
                                    }
                                });
                var client = serving.streamClient()) {
            client.send("half a li".getBytes(UTF_8));
            assertThat(client.receive()).isEqualTo("408 MESSAGE");
            assertThat(client.receive()).isNull();
        }
    }

    @Contract
    void readsOnAfterAnIdleTime(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                with(deadlines -> deadlines.withIdle(SHORT)),
                                request -> {
                                    for (int pings = 0; ; ) {
                                        try {
                                            String line = request.input().readLine();
                                            request.output().writeLine(line + " after " + pings);
                                            return;
                                        } catch (DeadlineException idle) {
                                            pings++;
                                            request.output().writeLine("ping");
                                        }
                                    }
                                });
                var client = serving.streamClient()) {
            assertThat(client.receive()).isEqualTo("ping");
            assertThat(client.receive()).isEqualTo("ping");
            client.send("pong");
            String last = client.receive();
            while ("ping".equals(last)) {
                last = client.receive();
            }
            assertThat(last).startsWith("pong after ");
        }
    }

    @Contract
    void takesADeadlineOfTheRequestsOwn(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.deadlines(
                                            request.deadlines().with(DeadlineKind.IDLE, SHORT));
                                    request.output()
                                            .writeLine(
                                                    String.valueOf(
                                                            request.deadlines()
                                                                    .of(DeadlineKind.IDLE)));
                                    request.input().readLine();
                                });
                var client = serving.streamClient()) {
            Events events = Events.of(serving.server());
            assertThat(client.receive()).isEqualTo(SHORT.toString());
            assertThat(client.receive()).isNull();
            assertThat(events.reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
        }
    }
}
