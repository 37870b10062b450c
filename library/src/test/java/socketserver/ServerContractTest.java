package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;
import static socketserver.Patience.reached;
import static socketserver.Patience.together;

import org.junit.jupiter.api.Timeout;

import socketserver.request.Attribute;
import socketserver.request.BaseRequestHandler;
import socketserver.request.HandlerFactory;
import socketserver.request.Request;

import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// What every server does, of whatever family and model.
@Timeout(20)
class ServerContractTest {
    private static final Attribute<String> NAME = Attribute.named("name");
    private static final Attribute<String> OTHER = Attribute.named("name");

    // Answers

    @Contract
    void echoesAMessage(Variant variant) throws Exception {
        try (var serving = variant.serve(Variant::echo);
                var client = serving.client()) {
            assertThat(client.ask("hello world")).isEqualTo("hello world");
        }
    }

    @Contract
    void answersManyClientsOneAfterAnother(Variant variant) throws Exception {
        try (var serving = variant.serve(Variant::echo)) {
            for (int i = 0; i < 50; i++) {
                try (var client = serving.client()) {
                    assertThat(client.ask("message " + i)).isEqualTo("message " + i);
                }
            }
        }
    }

    @Contract
    void answersTwoClientsAtOnce(Variant variant) throws Exception {
        var meeting = Shared.barrier(2);
        try (var serving =
                variant.serve(
                        request -> {
                            request.giveWay(() -> meeting.await(15, TimeUnit.SECONDS));
                            Variant.answer(request, "met");
                        })) {
            assertThat(together(2, _ -> knockAndReceive(serving))).containsExactly("met", "met");
        }
    }

    private static String knockAndReceive(Serving serving) throws IOException {
        try (var client = serving.client()) {
            client.knock();
            return client.receive();
        }
    }

    @Contract
    void answersManyClientsWhoComeAtOnce(Variant variant) throws Exception {
        try (var serving = variant.serve(ServerContractTest::answerOne)) {
            List<String> answers =
                    together(
                            40,
                            number -> {
                                try (var client = serving.client()) {
                                    return client.ask("message " + number);
                                }
                            });
            for (int i = 0; i < 40; i++) {
                assertThat(answers.get(i)).isEqualTo("message " + i);
            }
        }
    }

    private static void answerOne(Request request) throws IOException {
        Variant.answer(request, Variant.receive(request));
    }

    // What a handler sees

    @Contract
    void showsTheClientsAddress(Variant variant) throws Exception {
        try (var serving =
                        variant.serve(
                                request -> Variant.answer(request, request.client().toString()));
                var client = serving.client()) {
            client.knock();
            assertThat(client.receive()).isEqualTo(client.address().toString());
        }
    }

    @Contract
    void showsTheLocalAddress(Variant variant) throws Exception {
        try (var serving =
                        variant.serve(
                                request -> Variant.answer(request, request.local().toString()));
                var client = serving.client()) {
            client.knock();
            assertThat(client.receive()).isEqualTo(serving.server().address().toString());
        }
    }

    @Contract
    void showsTheServer(Variant variant) throws Exception {
        try (var serving =
                        variant.serve(
                                request -> {
                                    Variant.answer(
                                            request,
                                            request.server().address()
                                                    + " "
                                                    + Variant.rows(request).size());
                                });
                var client = serving.client()) {
            client.knock();
            assertThat(client.receive()).isEqualTo(serving.server().address() + " 1");
        }
    }

    @Contract
    void keepsTheAttributesOfARequest(Variant variant) throws Exception {
        Hooks hooks =
                Hooks.verifying(
                        request -> {
                            request.attribute(NAME, "Ada");
                            return true;
                        });
        try (var serving =
                        variant.serve(
                                hooks,
                                request -> {
                                    String before =
                                            request.attribute(NAME)
                                                    + " "
                                                    + request.attribute(OTHER);
                                    request.attribute(NAME, null);
                                    request.attribute(OTHER, "Bob");
                                    Variant.answer(
                                            request,
                                            before
                                                    + " "
                                                    + request.attribute(NAME)
                                                    + " "
                                                    + request.attribute(OTHER));
                                });
                var first = serving.client();
                var second = serving.client()) {
            first.knock();
            assertThat(first.receive()).isEqualTo("Ada null null Bob");
            second.knock();
            assertThat(second.receive()).isEqualTo("Ada null null Bob");
        }
    }

    @Contract
    void givesEachRequestANumberOfItsOwnAndATime(Variant variant) throws Exception {
        Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
        List<Request> seen = new CopyOnWriteArrayList<>();
        try (var serving =
                variant.serve(
                        request -> {
                            seen.add(request);
                            Variant.answer(request, "done");
                        })) {
            knockAndReceive(serving);
            knockAndReceive(serving);
        }
        assertThat(seen.get(0).id()).isLessThan(seen.get(1).id());
        assertThat(seen.get(0).since())
                .isBetween(before, Instant.ofEpochMilli(System.currentTimeMillis()));
    }

    // Handler classes

    private record Call(String method, String thread) implements Serializable {}

    /// Notes its calls; fails where it is told to.
    private static final class Noting extends BaseRequestHandler<Request> {
        private final List<Call> calls;
        private final String fails;

        Noting(List<Call> calls, String fails) {
            this.calls = calls;
            this.fails = fails;
        }

        @Override
        protected void setup() {
            note("setup");
        }

        @Override
        protected void handle() throws IOException {
            note("handle");
            Variant.answer(request(), "done");
        }

        @Override
        protected void finish() {
            note("finish");
        }

        private void note(String call) {
            calls.add(new Call(call, ProcessHandle.current().pid() + " " + Thread.currentThread()));
            if (fails.contains(call)) {
                throw new IllegalStateException(call + " fails");
            }
        }
    }

    private static Serving serveNoting(Variant variant, List<Call> calls, String fails)
            throws IOException {
        HandlerFactory<Request> factory = () -> new Noting(calls, fails);
        return variant.serve(factory.toHandler());
    }

    private static List<String> methods(List<Call> calls) {
        return calls.stream().map(Call::method).toList();
    }

    @Contract
    void setsUpHandlesAndFinishesOnOneThread(Variant variant) throws Exception {
        List<Call> calls = Shared.list();
        try (var serving = serveNoting(variant, calls, "");
                var client = serving.client()) {
            client.knock();
            assertThat(client.receive()).isEqualTo("done");
            eventually(() -> assertThat(calls).hasSize(3));
            assertThat(methods(calls)).containsExactly("setup", "handle", "finish");
            assertThat(calls.stream().map(Call::thread).distinct()).hasSize(1);
        }
    }

    /// Says its number.
    private static final class Numbered extends BaseRequestHandler<Request> {
        private final int number;

        Numbered(int number) {
            this.number = number;
        }

        @Override
        protected void handle() throws IOException {
            Variant.answer(request(), "handler " + number);
        }
    }

    @Contract
    void makesAHandlerObjectForEachRequest(Variant variant) throws Exception {
        var made = Shared.counter();
        HandlerFactory<Request> factory = () -> new Numbered(made.incrementAndGet());
        try (var serving = variant.serve(factory.toHandler())) {
            assertThat(knockAndReceive(serving)).isEqualTo("handler 1");
            assertThat(knockAndReceive(serving)).isEqualTo("handler 2");
        }
    }

    @Contract
    void neitherHandlesNorFinishesWhenSetupFails(Variant variant) throws Exception {
        List<Call> calls = Shared.list();
        try (var serving = serveNoting(variant, calls, "setup");
                var client = serving.client()) {
            client.knock();
            assertThat(serving.hooks().failure().thrown()).hasMessage("setup fails");
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            assertThat(methods(calls)).containsExactly("setup");
        }
    }

    @Contract
    void finishesWhenHandleFails(Variant variant) throws Exception {
        List<Call> calls = Shared.list();
        try (var serving = serveNoting(variant, calls, "handle");
                var client = serving.client()) {
            client.knock();
            Throwable reported = serving.hooks().failure().thrown();
            assertThat(reported).hasMessage("handle fails").hasNoSuppressedExceptions();
            assertThat(methods(calls)).containsExactly("setup", "handle", "finish");
        }
    }

    @Contract
    void reportsTheFailureOfHandleWithThatOfFinishSuppressed(Variant variant) throws Exception {
        List<Call> calls = Shared.list();
        try (var serving = serveNoting(variant, calls, "handle finish");
                var client = serving.client()) {
            client.knock();
            Throwable reported = serving.hooks().failure().thrown();
            assertThat(reported).hasMessage("handle fails");
            assertThat(reported.getSuppressed()).hasSize(1);
            assertThat(reported.getSuppressed()[0]).hasMessage("finish fails");
        }
    }

    @Contract
    void reportsTheFailureOfFinish(Variant variant) throws Exception {
        List<Call> calls = Shared.list();
        try (var serving = serveNoting(variant, calls, "finish");
                var client = serving.client()) {
            client.knock();
            assertThat(client.receive()).isEqualTo("done");
            assertThat(serving.hooks().failure().thrown()).hasMessage("finish fails");
        }
    }

    @Contract
    void reportsAFactoryThatFails(Variant variant) throws Exception {
        HandlerFactory<Request> factory =
                () -> {
                    throw new IOException("no handler");
                };
        try (var serving = variant.serve(factory.toHandler());
                var client = serving.client()) {
            client.knock();
            assertThat(serving.hooks().failure().thrown()).hasMessage("no handler");
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
        }
    }

    // Hooks

    @Contract
    void callsTheHooksInOrder(Variant variant) throws Exception {
        try (var serving = variant.serve(ServerContractTest::answerOne);
                var client = serving.client()) {
            client.ask("hello");
            eventually(() -> assertThat(serving.hooks().calls()).endsWith("closeRequest"));
            assertThat(serving.hooks().calls()).containsExactlyElementsOf(Hooks.OF_ONE_REQUEST);
        }
    }

    @Contract
    void reportsAHandlersFailureOnceAndServesTheNextClient(Variant variant) throws Exception {
        try (var serving =
                variant.serve(
                        request -> {
                            String message = Variant.receive(request);
                            if (message.equals("fail")) {
                                throw new IOException("as told");
                            }
                            Variant.answer(request, message);
                        })) {
            try (var client = serving.client()) {
                client.send("fail");
                Hooks.Failure failure = serving.hooks().failure();
                assertThat(failure.thrown()).isInstanceOf(IOException.class).hasMessage("as told");
                assertThat(failure.client()).isEqualTo(client.address());
                eventually(() -> assertThat(serving.server().requests()).isEmpty());
            }
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
            eventually(
                    () ->
                            assertThat(serving.hooks().count("closeRequest"))
                                    .isEqualTo(2L * variant.model().copies()));
            assertThat(serving.hooks().calls())
                    .containsSubsequence(
                            "finishRequest", "handleError", "shutdownRequest", "closeRequest");
            assertThat(serving.hooks().count("handleError")).isEqualTo(1);
            assertThat(serving.hooks().count("shutdownRequest")).isEqualTo(2);
        }
    }

    @Contract
    void turnsAwayWhomVerifyRequestRejects(Variant variant) throws Exception {
        var handled = Shared.counter();
        var verified = new AtomicInteger();
        Hooks hooks = Hooks.verifying(_ -> verified.incrementAndGet() > 1);
        try (var serving =
                variant.serve(
                        hooks,
                        request -> {
                            handled.incrementAndGet();
                            answerOne(request);
                        })) {
            try (var rejected = serving.client()) {
                rejected.knock();
                eventually(() -> assertThat(hooks.count("closeRequest")).isEqualTo(1));
                assertThat(hooks.calls())
                        .containsExactly(
                                "getRequest", "verifyRequest", "shutdownRequest", "closeRequest");
                if (variant.family().isStream()) {
                    assertThat(rejected.receive()).isNull();
                }
                try (var client = serving.client()) {
                    assertThat(client.ask("hello")).isEqualTo("hello");
                }
            }
            assertThat(handled.get()).isEqualTo(1);
        }
    }

    @Contract
    void reportsAVerifyRequestThatFailsAndServesTheNextClient(Variant variant) throws Exception {
        var verified = new AtomicInteger();
        Hooks hooks =
                Hooks.verifying(
                        _ -> {
                            if (verified.incrementAndGet() == 1) {
                                throw new IOException("cannot tell");
                            }
                            return true;
                        });
        try (var serving = variant.serve(hooks, ServerContractTest::answerOne)) {
            try (var unlucky = serving.client()) {
                unlucky.knock();
                Hooks.Failure failure = hooks.failure();
                assertThat(failure.thrown()).hasMessage("cannot tell");
                eventually(() -> assertThat(serving.server().requests()).isEmpty());
            }
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
        }
    }

    // The table of live requests

    @Contract
    void showsARequestWhileItIsHandled(Variant variant) throws Exception {
        var handling = Shared.latch(1);
        var end = Shared.latch(1);
        try (var serving =
                        variant.serve(
                                _ -> {
                                    handling.countDown();
                                    reached(end);
                                });
                var client = serving.client()) {
            client.knock();
            reached(handling);
            assertThat(serving.server().requests()).hasSize(1);
            LiveRequest row = serving.server().requests().getFirst();
            assertThat(row.client()).isEqualTo(client.address());
            eventually(() -> assertThat(row.state()).isEqualTo(LiveRequest.State.HANDLING));
            assertThat(row.handler().isPresent()).isNotEqualTo(row.child().isPresent());
            assertThat(row.since()).isBeforeOrEqualTo(Instant.now().plusMillis(1));
            end.countDown();
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            assertThat(row.state()).isEqualTo(LiveRequest.State.CLOSED);
            assertThat(row.handler()).isEmpty();
        }
    }

    @Contract
    void countsBytes(Variant variant) throws Exception {
        var end = Shared.latch(1);
        try (var serving =
                        variant.serve(
                                request -> {
                                    String message = Variant.receive(request);
                                    Variant.answer(request, message + message);
                                    Variant.answer(request, "more");
                                    reached(end);
                                    Variant.answer(request, "");
                                });
                var client = serving.client()) {
            assertThat(client.ask("hällo")).isEqualTo("hällohällo");
            assertThat(client.receive()).isEqualTo("more");
            LiveRequest row = serving.server().requests().getFirst();
            end.countDown();
            assertThat(client.receive()).isEmpty();
            long received = client.size("hällo");
            eventually(() -> assertThat(row.bytesIn()).isEqualTo(received));
            long expected =
                    client.size("hällohällo") + client.size("more") + (long) client.size("");
            eventually(() -> assertThat(row.bytesOut()).isEqualTo(expected));
        }
    }

    @Contract
    void hasNoLiveRequestsWhenAllAreAnswered(Variant variant) throws Exception {
        try (var serving = variant.serve(ServerContractTest::answerOne)) {
            together(
                    20,
                    number -> {
                        try (var client = serving.client()) {
                            return client.ask("message " + number);
                        }
                    });
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
        }
    }

    // Limits

    private static ServerOptions atMost(int maxConnections, OverLimit overLimit) {
        return ServerOptions.DEFAULT.withLimits(
                limits -> limits.withMaxConnections(maxConnections).withOverLimit(overLimit));
    }

    /// Counts the handlers that run, and lets none end before as many run as there can be.
    private static final class Crowd implements Serializable {
        private static final long serialVersionUID = 1;
        private final Shared.Barrier full;
        private final Shared.Counter now = Shared.counter();

        @SuppressWarnings("serial") // a shared one is
        private final BlockingQueue<Integer> all = Shared.queue();

        Crowd(int expected) {
            full = Shared.barrier(expected);
        }

        void handle(Request request) throws Exception {
            all.add(now.incrementAndGet());
            request.giveWay(() -> full.await(15, TimeUnit.SECONDS));
            String message = Variant.receive(request);
            now.decrementAndGet();
            Variant.answer(request, message);
        }

        int most() {
            return all.stream().max(Integer::compare).orElseThrow();
        }
    }

    @Contract
    void letsClientsOverTheLimitWait(Variant variant) throws Exception {
        int expected = Math.min(3, variant.model().atOnce());
        var crowd = new Crowd(expected);
        try (var serving = variant.serve(atMost(3, OverLimit.WAIT), crowd::handle)) {
            List<String> answers =
                    together(
                            30,
                            number -> {
                                try (var client = serving.client()) {
                                    return client.ask("message " + number);
                                }
                            });
            assertThat(answers).hasSize(30).allMatch(answer -> answer.startsWith("message"));
            assertThat(crowd.most()).isEqualTo(expected);
        }
    }

    @Contract
    void refusesClientsOverTheLimit(Variant variant) throws Exception {
        var handling = Shared.latch(2);
        var end = Shared.latch(1);
        var handled = Shared.counter();
        try (var serving =
                variant.serve(
                        atMost(2, OverLimit.REFUSE),
                        request -> {
                            handled.incrementAndGet();
                            handling.countDown();
                            request.giveWay(
                                    () -> {
                                        reached(end);
                                        return true;
                                    });
                            Variant.answer(request, "served");
                        })) {
            try (var first = serving.client();
                    var second = serving.client()) {
                first.knock();
                second.knock();
                reached(handling);
                together(20, _ -> refused(serving));
                long copies = 2L * (variant.model().copies() - 1);
                eventually(
                        () ->
                                assertThat(serving.hooks().count("closeRequest"))
                                        .isEqualTo(20 + copies));
                assertThat(handled.get()).isEqualTo(2);
                end.countDown();
                assertThat(first.receive()).isEqualTo("served");
                assertThat(second.receive()).isEqualTo("served");
            }
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            assertThat(knockAndReceive(serving)).isEqualTo("served");
        }
    }

    private static boolean refused(Serving serving) throws IOException {
        try (var client = serving.client()) {
            client.knock();
            if (client instanceof StreamClient stream) {
                assertThat(stream.receive()).isNull();
            }
            return true;
        }
    }

    @Contract
    void obeysALimitThatIsChangedWhileItServes(Variant variant) throws Exception {
        var crowd = new Crowd(1);
        try (var serving = variant.serve(crowd::handle)) {
            ServerOptions before = serving.server().options();
            serving.server().options(atMost(1, OverLimit.WAIT).withTls(before.tls()));
            assertThat(
                            together(
                                    12,
                                    _ -> {
                                        try (var client = serving.client()) {
                                            return client.ask("hello");
                                        }
                                    }))
                    .hasSize(12)
                    .containsOnly("hello");
            assertThat(crowd.most()).isEqualTo(1);
        }
    }

    @Contract
    void runsNoMoreHandlersAtOnceThanItsModelAllows(Variant variant) throws Exception {
        int expected = Math.min(4, variant.model().atOnce());
        var crowd = new Crowd(expected);
        try (var serving = variant.serve(crowd::handle)) {
            together(
                    16,
                    _ -> {
                        try (var client = serving.client()) {
                            return client.ask("hello");
                        }
                    });
            assertThat(crowd.most()).isBetween(expected, variant.model().atOnce());
        }
    }

    // Serving and closing

    @Contract
    void handlesOneRequestAtATimeIfAsked(Variant variant) throws Exception {
        try (var serving =
                        variant.open(
                                ServerOptions.DEFAULT, new Hooks(), ServerContractTest::answerOne);
                var first = serving.client();
                var second = serving.client()) {
            first.send("first");
            assertThat(serving.server().handleRequest()).isEqualTo(HandleResult.HANDLED);
            assertThat(first.receive()).isEqualTo("first");
            second.send("second");
            assertThat(serving.server().handleRequest()).isEqualTo(HandleResult.HANDLED);
            assertThat(second.receive()).isEqualTo("second");
        }
    }

    @Contract
    void handleRequestGivesUpAfterTheServersTimeout(Variant variant) throws Exception {
        ServerOptions patient =
                ServerOptions.DEFAULT.withDeadlines(
                        deadlines -> deadlines.withRequest(Duration.ofMillis(20)));
        try (var serving = variant.open(patient, new Hooks(), ServerContractTest::answerOne)) {
            assertThat(serving.server().handleRequest()).isEqualTo(HandleResult.TIMEOUT);
            assertThat(serving.hooks().calls()).isEmpty();
        }
    }

    @Contract
    void servesWhatCameWhileItWasStopped(Variant variant) throws Exception {
        try (var serving = variant.serve(ServerContractTest::answerOne)) {
            serving.server().shutdown();
            try (var client = serving.client()) {
                client.send("early");
                serving.server().start();
                assertThat(client.receive()).isEqualTo("early");
            }
        }
    }

    @Contract
    void closesItsRequestsWhenItIsClosed(Variant variant) throws Exception {
        var handling = Shared.latch(1);
        var end = Shared.latch(1);
        ServerOptions hasty =
                ServerOptions.DEFAULT.withDeadlines(
                        deadlines -> deadlines.withClose(Duration.ofMillis(20)));
        try (var serving =
                        variant.serve(
                                hasty,
                                _ -> {
                                    handling.countDown();
                                    reached(end);
                                });
                var client = serving.client()) {
            client.knock();
            reached(handling);
            LiveRequest row = serving.server().requests().getFirst();
            serving.server().close();
            assertThat(row.state()).isEqualTo(LiveRequest.State.CLOSED);
            end.countDown();
            if (client instanceof StreamClient stream) {
                assertThat(stream.receive()).isNull();
            }
        }
    }

    @Contract
    void namesItsEngine(Variant variant) throws Exception {
        try (var serving = variant.open(ServerOptions.DEFAULT, new Hooks(), Variant::echo)) {
            assertThat(((ListeningServer<?>) serving.server()).engine())
                    .isEqualTo(variant.engine());
        }
    }
}
