package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import socketserver.framing.FrameHandler;
import socketserver.framing.FramedRequest;
import socketserver.framing.Framing;
import socketserver.request.Attribute;
import socketserver.request.InputTooLongException;

import java.io.IOException;
import java.util.List;

/// What every server does with a frame handler.
@Timeout(20)
@ExtendWith(LeavesNothingBehind.class)
class FrameContractTest {
    private static final Framing<String> SHORT_LINES = Framing.lines().withMaximum(100);

    private static Serving serve(Variant variant, FrameHandler<String> handler) throws IOException {
        return variant.family().isStream()
                ? variant.serveStreams(SHORT_LINES.streams(handler))
                : variant.servePackets(SHORT_LINES.packets(handler));
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
}
