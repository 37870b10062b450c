package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import org.junit.jupiter.api.Timeout;

import socketserver.request.CloseReason;
import socketserver.request.Request;
import socketserver.request.RequestHandler;

import java.util.List;

/// What is around the handlers of every server.
@Timeout(20)
class InterceptorContractTest {
    private static Serving open(Variant variant, RequestHandler<Request> handler) throws Exception {
        return variant.open(ServerOptions.DEFAULT, new Hooks(), handler);
    }

    @SuppressWarnings("unchecked") // it takes requests of all families
    private static void put(Serving serving, Interceptor<Request> around) {
        ((BaseServer<Request>) serving.server()).addInterceptor(around);
    }

    @Contract
    void areCalledInOrder(Variant variant) throws Exception {
        List<String> calls = Shared.list();
        try (var serving = open(variant, Variant::echo)) {
            for (String name : List.of("outer", "inner")) {
                put(
                        serving,
                        (request, next) -> {
                            calls.add(name + " before");
                            next.handle(request);
                            calls.add(name + " after");
                        });
            }
            serving.server().start();
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
            eventually(
                    () ->
                            assertThat(calls)
                                    .containsExactly(
                                            "outer before",
                                            "inner before",
                                            "inner after",
                                            "outer after"));
        }
    }

    @Contract
    void mayKeepTheHandlerAway(Variant variant) throws Exception {
        for (RequestHandler<Request> handler : handlers(variant)) {
            try (var serving = open(variant, handler)) {
                Events events = Events.of(serving.server());
                put(serving, (request, next) -> {});
                serving.server().start();
                try (var client = serving.client()) {
                    client.knock();
                    assertThat(events.reason()).isEqualTo(CloseReason.HANDLED);
                }
            }
        }
    }

    @Contract
    void failAsTheHandlerWould(Variant variant) throws Exception {
        for (RequestHandler<Request> handler : handlers(variant)) {
            try (var serving = open(variant, handler)) {
                Events events = Events.of(serving.server());
                put(
                        serving,
                        (request, next) -> {
                            throw new IllegalStateException("no");
                        });
                serving.server().start();
                try (var client = serving.client()) {
                    client.knock();
                    assertThat(serving.hooks().failure().thrown())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage("no");
                    assertThat(events.reason()).isEqualTo(CloseReason.FAILED);
                }
            }
        }
    }

    private static List<RequestHandler<Request>> handlers(Variant variant) {
        return variant.family().isStream() ? Variant.lineHandlers() : List.of(Variant::echo);
    }
}
