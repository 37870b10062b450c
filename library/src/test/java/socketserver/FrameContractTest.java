package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;
import static socketserver.Patience.together;

import org.junit.jupiter.api.Timeout;

import socketserver.framing.FrameHandler;
import socketserver.framing.FramedRequest;
import socketserver.framing.Framing;
import socketserver.request.Attribute;
import socketserver.request.InputTooLongException;
import socketserver.request.Request;
import socketserver.request.RequestHandler;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// What every server does with a frame handler.
@Timeout(20)
class FrameContractTest {
    private static final Framing<String> SHORT_LINES = Framing.lines().withMaximum(100);

    private static Serving serve(Variant variant, FrameHandler<String> handler) throws IOException {
        return variant.serve(running(variant, handler));
    }

    /// {@return what runs the frame handler in the variant's family}
    private static RequestHandler<Request> running(Variant variant, FrameHandler<String> handler) {
        return Variant.ofFamily(
                variant.family().isStream()
                        ? SHORT_LINES.streams(handler)
                        : SHORT_LINES.packets(handler));
    }

    /// Counts the frames of a request, and says so.
    private static final class Counting implements FrameHandler<String> {
        private static final long serialVersionUID = 1;
        private static final Attribute<Integer> COUNT = Attribute.named("count");

        @Override
        public void opened(FramedRequest<String> request) {
            request.request().attribute(COUNT, 0);
        }

        @Override
        public void handle(String frame, FramedRequest<String> request) throws IOException {
            int count = request.request().attribute(COUNT) + 1;
            request.request().attribute(COUNT, count);
            request.send(count + " " + frame);
        }
    }

    @Contract
    void answersEachFrame(Variant variant) throws Exception {
        try (var serving = serve(variant, new Counting());
                var client = serving.client()) {
            assertThat(client.ask("hello")).isEqualTo("1 hello");
            String second = variant.family().isStream() ? "2 world" : "1 world";
            assertThat(client.ask("world")).isEqualTo(second);
        }
    }

    /// Says what it is called for.
    ///
    /// @param calls of [Shared]
    private record Telling(List<String> calls) implements FrameHandler<String> {
        @Override
        public void opened(FramedRequest<String> request) {
            calls.add("opened");
        }

        @Override
        public void handle(String frame, FramedRequest<String> request) throws IOException {
            calls.add(frame);
            if (frame.equals("fail")) {
                throw new IOException("told to");
            }
            request.send(frame);
        }

        @Override
        public void closed(FramedRequest<String> request) {
            calls.add("closed");
        }
    }

    @Contract
    void callsItsMethodsInOrder(Variant variant) throws Exception {
        List<String> calls = Shared.list();
        try (var serving = serve(variant, new Telling(calls))) {
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
            eventually(() -> assertThat(calls).containsExactly("opened", "hello", "closed"));
        }
    }

    @Contract
    void reportsAFrameThatFails(Variant variant) throws Exception {
        List<String> calls = Shared.list();
        try (var serving = serve(variant, new Telling(calls));
                var client = serving.client()) {
            client.send("fail");
            assertThat(serving.hooks().failure().thrown()).hasMessage("told to");
            assertThat(calls).containsExactly("opened", "fail", "closed");
        }
    }

    @Contract
    void refusesAFrameThatIsTooLong(Variant variant) throws Exception {
        List<String> calls = Shared.list();
        try (var serving = serve(variant, new Telling(calls));
                var client = serving.client()) {
            client.send("x".repeat(101));
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(InputTooLongException.class)
                    .hasMessage("line is longer than the limit of 100 bytes");
            assertThat(calls).containsExactly("opened", "closed");
        }
    }

    private static Serving serve(
            Variant variant, ServerOptions options, Hooks hooks, FrameHandler<String> handler)
            throws IOException {
        return variant.serve(options, hooks, running(variant, handler));
    }

    private static void echo(String frame, FramedRequest<String> request) throws IOException {
        request.send(frame);
    }

    @Contract
    void callsTheHooksInOrder(Variant variant) throws Exception {
        try (var serving = serve(variant, FrameContractTest::echo)) {
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
            eventually(() -> assertThat(serving.hooks().calls()).endsWith("closeRequest"));
            assertThat(serving.hooks().calls()).containsExactlyElementsOf(Hooks.OF_ONE_REQUEST);
        }
    }

    @Contract
    void turnsAwayWhomVerifyRequestRejects(Variant variant) throws Exception {
        var verified = new AtomicInteger();
        Hooks hooks = Hooks.verifying(_ -> verified.incrementAndGet() > 1);
        try (var serving = serve(variant, ServerOptions.DEFAULT, hooks, FrameContractTest::echo)) {
            try (var rejected = serving.client()) {
                rejected.knock();
                eventually(() -> assertThat(serving.hooks().count("closeRequest")).isEqualTo(1));
            }
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
        }
    }

    @Contract
    void servesManyClientsOfWhichFewAreTakenAtATime(Variant variant) throws Exception {
        ServerOptions options =
                ServerOptions.DEFAULT.withLimits(limits -> limits.withMaxConnections(2));
        try (var serving = serve(variant, options, new Hooks(), FrameContractTest::echo)) {
            assertThat(
                            together(
                                    20,
                                    number -> {
                                        try (var client = serving.client()) {
                                            return client.ask("client " + number);
                                        }
                                    }))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 20).mapToObj(number -> "client " + number).toList());
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
        }
    }

    @Contract
    void handlesOneRequestAtATimeIfAsked(Variant variant) throws Exception {
        RequestHandler<Request> handler = running(variant, FrameContractTest::echo);
        try (var serving = variant.open(ServerOptions.DEFAULT, new Hooks(), handler)) {
            Background<HandleResult> handling = Background.call(serving.server()::handleRequest);
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
            assertThat(handling.join()).isEqualTo(HandleResult.HANDLED);
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
        }
    }

    private static void count(String frame, FramedRequest<String> request) throws IOException {
        request.sendAll(List.of("one " + frame, "two " + frame).iterator());
    }

    @Contract
    void sendsFramesOneAfterTheOther(Variant variant) throws Exception {
        try (var serving = serve(variant, FrameContractTest::count);
                var client = serving.client()) {
            assertThat(client.ask("hello")).isEqualTo("one hello");
            assertThat(client.receive()).isEqualTo("two hello");
        }
    }

    private static void later(String frame, FramedRequest<String> request) throws IOException {
        request.execute(
                () -> {
                    request.send("first");
                    request.schedule(Duration.ofMillis(1), () -> request.send("second"));
                });
        request.schedule(Duration.ofDays(1), () -> request.send("never")).cancel();
        request.send("zeroth");
    }

    @Contract
    void doesThingsBesides(Variant variant) throws Exception {
        try (var serving = serve(variant, FrameContractTest::later);
                var client = serving.client()) {
            assertThat(client.ask("go")).isEqualTo("zeroth");
            // A packet has ended when its handler returns, perhaps before.
            if (variant.family().isStream()) {
                assertThat(client.receive()).isEqualTo("first");
                assertThat(client.receive()).isEqualTo("second");
            }
        }
    }

    private static void failLater(String frame, FramedRequest<String> request) {
        request.execute(
                () -> {
                    throw new IOException("later than " + frame);
                });
    }

    @Contract
    void reportsWhatFailsBesides(Variant variant) throws Exception {
        try (var serving = serve(variant, FrameContractTest::failLater);
                var client = serving.client()) {
            client.send("told to");
            if (variant.family().isStream()) {
                assertThat(serving.hooks().failure().thrown()).hasMessage("later than told to");
            }
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
        }
    }

    private static void sayGoodbye(String frame, FramedRequest<String> request) throws IOException {
        request.send("goodbye");
        request.end();
    }

    @Contract
    void endsTheRequestWhenItsHandlerSaysSo(Variant variant) throws Exception {
        try (var serving = serve(variant, FrameContractTest::sayGoodbye);
                var client = serving.client()) {
            client.send("hello");
            assertThat(client.receive()).isEqualTo("goodbye");
            if (client instanceof StreamClient stream) {
                assertThat(stream.receive()).isNull();
            }
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            assertThat(serving.hooks().count("handleError")).isZero();
        }
    }

    private static void sayGoodbyeLater(String frame, FramedRequest<String> request)
            throws IOException {
        request.send("goodbye");
        request.execute(request::end);
    }

    @Contract
    void endsTheRequestBesides(Variant variant) throws Exception {
        try (var serving = serve(variant, FrameContractTest::sayGoodbyeLater);
                var client = serving.client()) {
            assertThat(client.ask("hello")).isEqualTo("goodbye");
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            assertThat(serving.hooks().count("handleError")).isZero();
        }
    }

    private static void sendFile(String frame, FramedRequest<String> request) throws IOException {
        request.sendFile(Path.of(frame));
    }

    @Contract
    void sendsAFileToAConnection(Variant variant) throws Exception {
        Path file = Files.createTempFile("frames", null);
        try (var serving = serve(variant, FrameContractTest::sendFile);
                var client = serving.client()) {
            Files.writeString(file, "content\n");
            client.send(file.toString());
            if (variant.family().isStream()) {
                assertThat(client.receive()).isEqualTo("content");
            } else {
                assertThat(serving.hooks().failure().thrown())
                        .isInstanceOf(UnsupportedOperationException.class);
            }
        } finally {
            Files.delete(file);
        }
    }

    @Contract
    void endsWhatIsOpenWhenItIsClosed(Variant variant) throws Exception {
        List<String> calls = Shared.list();
        ServerOptions options =
                ServerOptions.DEFAULT.withDeadlines(
                        deadlines -> deadlines.withClose(Duration.ofMillis(50)));
        try (var serving = serve(variant, options, new Hooks(), new Telling(calls));
                var client = serving.client()) {
            assertThat(client.ask("hello")).isEqualTo("hello");
            Background.run(serving.server()::close).join();
            if (variant.model() != Model.FORKING) {
                eventually(() -> assertThat(calls).containsExactly("opened", "hello", "closed"));
            }
        }
    }
}
