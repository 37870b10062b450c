package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;
import static socketserver.Patience.reached;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

import socketserver.framing.FrameHandler;
import socketserver.framing.FramedRequest;
import socketserver.framing.Framing;
import socketserver.request.CloseReason;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// What every server of connections does when it is drained.
@Timeout(30)
class DrainContractTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    @Contract
    void endsIdleRequestsAtOnce(Variant variant) throws Exception {
        for (RequestHandler<Request> handler : Variant.lineHandlers()) {
            try (var serving = variant.serve(handler);
                    var client = serving.streamClient()) {
                Events events = Events.of(serving.server());
                assertThat(client.ask("hello")).isEqualTo("hello");
                ShutdownReport report = serving.server().shutdown(LONG);
                assertThat(report.finished()).isEqualTo(1);
                assertThat(report.cut()).isEmpty();
                assertThat(report.stuck()).isEmpty();
                assertThat(client.receive()).isNull();
                assertThat(events.reason()).isEqualTo(CloseReason.DRAINED);
                assertThat(serving.server().requests()).isEmpty();
                assertThat(events.names()).containsSubsequence("draining", "stopped", "drained");
            }
        }
    }

    @Contract
    void letsABusyHandlerFinish(Variant variant) throws Exception {
        Shared.Latch working = Shared.latch(1);
        Shared.Latch go = Shared.latch(1);
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    String line;
                                    while ((line = request.input().readLine()) != null) {
                                        working.countDown();
                                        String answer = line;
                                        request.giveWay(
                                                () -> {
                                                    reached(go);
                                                    return answer;
                                                });
                                        request.output().writeLine(line);
                                    }
                                });
                var client = serving.streamClient()) {
            client.send("hello");
            reached(working);
            var draining = Background.call(() -> serving.server().shutdown(LONG));
            eventually(() -> assertThat(serving.server().ready()).isFalse());
            go.countDown();
            assertThat(client.receive()).isEqualTo("hello");
            assertThat(client.receive()).isNull();
            ShutdownReport report = draining.join();
            assertThat(report.finished()).isEqualTo(1);
            assertThat(report.cut()).isEmpty();
        }
    }

    @Contract
    void waitsForTheRestOfAMessage(Variant variant) throws Exception {
        for (RequestHandler<Request> handler : Variant.lineHandlers()) {
            try (var serving = variant.serve(handler);
                    var client = serving.streamClient()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
                client.send(new byte[] {'h', 'e'});
                awaitBytes(serving, 8);
                var draining = Background.call(() -> serving.server().shutdown(LONG));
                eventually(() -> assertThat(serving.server().ready()).isFalse());
                assertThat(client.ask("llo")).isEqualTo("hello");
                assertThat(client.receive()).isNull();
                assertThat(draining.join().cut()).isEmpty();
            }
        }
    }

    private static void awaitBytes(Serving serving, long bytes) {
        eventually(
                () ->
                        assertThat(serving.server().requests())
                                .singleElement()
                                .extracting(LiveRequest::bytesIn)
                                .isEqualTo(bytes));
    }

    @Contract
    void cutsWhatDoesNotEnd(Variant variant) throws Exception {
        for (RequestHandler<Request> handler : Variant.lineHandlers()) {
            try (var serving = variant.serve(handler);
                    var client = serving.streamClient()) {
                Events events = Events.of(serving.server());
                assertThat(client.ask("hello")).isEqualTo("hello");
                client.send(new byte[] {'h', 'e'});
                awaitBytes(serving, 8);
                ShutdownReport report = serving.server().shutdown(Duration.ofMillis(200));
                assertThat(report.cut()).hasSize(1);
                assertThat(report.stuck()).isEmpty();
                assertThat(events.reason()).isEqualTo(CloseReason.CUT);
            }
        }
    }

    /// {@return a handler that reads a message in two parts, and says when it has the first}
    private static RequestHandler<Request> inParts(Shared.Latch begun) {
        return Variant.ofFamily(
                (StreamRequest request) -> {
                    String message =
                            request.message(
                                    () -> {
                                        byte[] head = request.input().readExactly(2);
                                        begun.countDown();
                                        return new String(head, UTF_8) + request.input().readLine();
                                    });
                    request.output().writeLine(message);
                });
    }

    @Contract
    void waitsForTheRestOfAMessageThatIsReadInParts(Variant variant) throws Exception {
        Shared.Latch begun = Shared.latch(1);
        try (var serving = variant.serve(inParts(begun));
                var client = serving.streamClient()) {
            client.send(new byte[] {'h', 'e'});
            reached(begun);
            var draining = Background.call(() -> serving.server().shutdown(LONG));
            eventually(() -> assertThat(serving.server().ready()).isFalse());
            assertThat(client.ask("llo")).isEqualTo("hello");
            assertThat(client.receive()).isNull();
            assertThat(draining.join().cut()).isEmpty();
        }
    }

    @Contract
    void cutsAMessageThatIsReadInPartsAndDoesNotEnd(Variant variant) throws Exception {
        Shared.Latch begun = Shared.latch(1);
        try (var serving = variant.serve(inParts(begun));
                var client = serving.streamClient()) {
            Events events = Events.of(serving.server());
            client.send(new byte[] {'h', 'e'});
            reached(begun);
            ShutdownReport report = serving.server().shutdown(Duration.ofMillis(200));
            assertThat(report.cut()).hasSize(1);
            assertThat(report.stuck()).isEmpty();
            assertThat(events.reason()).isEqualTo(CloseReason.CUT);
        }
    }

    @Contract
    void tellsHandlersThatItDrains(Variant variant) throws Exception {
        BlockingQueue<String> told = Shared.queue();
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.onDraining(() -> told.add("told"));
                                    for (String line;
                                            (line = request.input().readLine()) != null; ) {
                                        request.output().writeLine(line + " " + request.draining());
                                    }
                                    told.add("draining " + request.draining());
                                });
                var client = serving.streamClient()) {
            assertThat(client.ask("hello")).isEqualTo("hello false");
            assertThat(serving.server().shutdown(LONG).cut()).isEmpty();
            // The action runs while the handler goes on: either may be first.
            assertThat(Arrays.asList(next(told), next(told)))
                    .containsExactlyInAnyOrder("told", "draining true");
        }
    }

    private static @Nullable String next(BlockingQueue<String> told) throws InterruptedException {
        return told.poll(15, TimeUnit.SECONDS);
    }

    /// Says goodbye when it drains.
    private static final class Polite implements FrameHandler<String> {
        private static final long serialVersionUID = 1;

        @Override
        public void handle(String frame, FramedRequest<String> request) throws IOException {
            request.send(frame);
        }

        @Override
        public void draining(FramedRequest<String> request) throws IOException {
            request.send("bye");
        }
    }

    @Contract
    void framesMaySayGoodbye(Variant variant) throws Exception {
        try (var serving = variant.serve(Variant.ofFamily(Framing.lines().streams(new Polite())));
                var client = serving.streamClient()) {
            assertThat(client.ask("hello")).isEqualTo("hello");
            assertThat(serving.server().shutdown(LONG).cut()).isEmpty();
            assertThat(client.receive()).isEqualTo("bye");
            assertThat(client.receive()).isNull();
        }
    }

    @Contract
    void servesAgainAfterADrain(Variant variant) throws Exception {
        try (var serving = variant.serve(Variant::echo)) {
            assertThat(serving.server().shutdown(LONG).finished()).isZero();
            try (var waiting = serving.streamClient()) {
                waiting.send("hello");
                assertThat(serving.server().ready()).isFalse();
                serving.server().start();
                assertThat(waiting.receive()).isEqualTo("hello");
                assertThat(serving.server().ready()).isTrue();
            }
        }
    }

    @Contract
    void leavesItsRequestsAloneAtFirst(Variant variant) throws Exception {
        try (var serving = variant.serve(Variant::echo)) {
            Drain drain = Drain.within(LONG).withPatience(LONG.dividedBy(2));
            Background<ShutdownReport> draining;
            try (var client = serving.streamClient()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
                draining = Background.call(() -> serving.server().shutdown(drain));
                eventually(() -> assertThat(serving.server().ready()).isFalse());
                assertThat(client.ask("again")).isEqualTo("again");
            }
            assertThat(draining.join().cut()).isEmpty();
            serving.server().start();
            try (var next = serving.streamClient()) {
                assertThat(next.ask("hello")).isEqualTo("hello");
            }
        }
    }

    @Contract
    void takesRequestsWhileItIsNotReady(Variant variant) throws Exception {
        try (var serving = variant.serve(Variant::echo)) {
            Drain drain = Drain.within(LONG).withUnready(Duration.ofMinutes(1));
            var draining = Background.call(() -> serving.server().shutdown(drain));
            eventually(() -> assertThat(serving.server().ready()).isFalse());
            try (var late = serving.streamClient()) {
                assertThat(late.ask("hello")).isEqualTo("hello");
            }
            serving.server().close();
            assertThat(draining.join().cut()).isEmpty();
        }
    }
}
