package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.Eventually.eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.concurrency.ThreadingModel;
import socketserver.request.BaseRequestHandler;
import socketserver.request.Request;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Which hooks run in which order, and what becomes of an exception in each of them.
@Timeout(20)
class ExceptionMatrixTest {
    private static final String[] HOOKS = {
        "getRequest",
        "verifyRequest",
        "processRequest",
        "finishRequest",
        "create",
        "setup",
        "handle",
        "finish",
        "handleError",
        "shutdownRequest",
        "closeRequest"
    };

    /// What is thrown where, and which hooks run then.
    record Row(String thrower, Throwable thrown, String calls, boolean reported) {
        List<String> expected() {
            return List.of(calls.split(" "));
        }

        @Override
        public String toString() {
            return thrower + " throws " + thrown.getClass().getSimpleName();
        }
    }

    private static List<Row> rows() {
        String taken = "getRequest verifyRequest";
        String begun = taken + " processRequest finishRequest create setup";
        String ended = " shutdownRequest closeRequest";
        String failed = " handleError" + ended;
        List<Row> rows = new ArrayList<>();
        for (Exception fault :
                List.of(
                        new IOException("a fault"),
                        new IllegalStateException("a fault"),
                        new RejectedExecutionException("a fault"))) {
            rows.add(new Row("verifyRequest", fault, taken + failed, true));
            rows.add(new Row("processRequest", fault, taken + " processRequest" + failed, true));
            rows.add(new Row("runRequest", fault, taken + " processRequest" + failed, true));
            rows.add(
                    new Row(
                            "finishRequest",
                            fault,
                            taken + " processRequest finishRequest" + failed,
                            true));
            rows.add(
                    new Row(
                            "create",
                            fault,
                            taken + " processRequest finishRequest create" + failed,
                            true));
            rows.add(new Row("setup", fault, begun + failed, true));
            rows.add(new Row("handle", fault, begun + " handle finish" + failed, true));
            rows.add(new Row("finish", fault, begun + " handle finish" + failed, true));
            rows.add(new Row("handleError", fault, begun + " handle finish" + ended, false));
            rows.add(
                    new Row(
                            "shutdownRequest",
                            fault,
                            begun + " handle finish shutdownRequest",
                            false));
            rows.add(new Row("closeRequest", fault, begun + " handle finish" + ended, false));
            rows.add(new Row("nothing", fault, begun + " handle finish" + ended, false));
            rows.add(new Row("getRequest", fault, "getRequest", false));
        }
        return rows;
    }

    private static Stream<Arguments> rowsAndModels() {
        return Stream.of(ConcurrencyModel.synchronous(), ConcurrencyModel.threading())
                .flatMap(model -> rows().stream().map(row -> Arguments.of(model, row)));
    }

    @ParameterizedTest(name = "{1}, {0}")
    @MethodSource("rowsAndModels")
    void everyRowEndsTheRequestAndServingGoesOn(ConcurrencyModel model, Row row) throws Exception {
        Script script = new Script().fail(row.thrower(), row.thrown());
        try (var server = new ScriptedServer(script, model)) {
            server.start();
            try (Peer peer = Peer.of(server)) {
                assertEnded(peer);
            }
            eventually(() -> server.requests().isEmpty());
            assertThat(script.calls(HOOKS)).isEqualTo(row.expected());
            assertThat(script.reported()).isSameAs(row.reported() ? row.thrown() : null);

            assertServes(server);
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void handleRequestOutlivesEveryRowToo(Row row) throws Exception {
        Script script = new Script().fail(row.thrower(), row.thrown());
        try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous());
                Peer peer = Peer.of(server)) {
            assertThat(server.handleRequest())
                    .isEqualTo(
                            switch (row.thrower()) {
                                case "getRequest" -> HandleResult.FAILED;
                                case "verifyRequest" -> HandleResult.REJECTED;
                                default -> HandleResult.HANDLED;
                            });
            assertEnded(peer);
            assertThat(script.calls(HOOKS)).isEqualTo(row.expected());
            assertThat(server.requests()).isEmpty();

            server.start();
            assertServes(server);
        }
    }

    private static void assertEnded(Peer peer) throws IOException {
        if ("handled".equals(peer.line())) {
            assertThat(peer.ended()).isTrue();
        }
    }

    private static void assertServes(ScriptedServer server) throws IOException {
        eventually(() -> server.requests().isEmpty());
        server.script.calmDown();
        try (Peer peer = Peer.of(server)) {
            assertThat(peer.line()).isEqualTo("handled");
            assertThat(peer.ended()).isTrue();
        }
        eventually(() -> server.requests().isEmpty());
        assertThat(server.script.calls(HOOKS))
                .containsExactly(
                        "getRequest",
                        "verifyRequest",
                        "processRequest",
                        "finishRequest",
                        "create",
                        "setup",
                        "handle",
                        "finish",
                        "shutdownRequest",
                        "closeRequest");
    }

    @Test
    void bindingCallsItsHooksInOrder() throws IOException {
        Script script = new Script();
        try (var _ = new ScriptedServer(script, ConcurrencyModel.synchronous())) {
            assertThat(script.calls()).containsExactly("serverBind", "serverActivate");
        }
    }

    @Test
    void rejectedRequestIsEndedOnce() throws IOException {
        Script script = new Script();
        try (var server =
                        new ScriptedServer(script, ConcurrencyModel.threading()) {
                            @Override
                            protected boolean verifyRequest(StreamRequest request)
                                    throws Exception {
                                super.verifyRequest(request);
                                return false;
                            }
                        };
                Peer peer = Peer.of(server)) {
            assertThat(server.handleRequest()).isEqualTo(HandleResult.REJECTED);
            assertThat(peer.ended()).isTrue();
            assertThat(script.calls(HOOKS))
                    .containsExactly(
                            "getRequest", "verifyRequest", "shutdownRequest", "closeRequest");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void failureOfFinishIsSuppressedInThatOfHandle() throws IOException {
        IOException handle = new IOException("handle");
        IOException finish = new IOException("finish");
        Script script = new Script().fail("handle", handle).fail("finish", finish);
        try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous());
                Peer _ = Peer.of(server)) {
            server.handleRequest();
            assertThat(script.reported()).isSameAs(handle).hasSuppressedException(finish);
        }
    }

    @Test
    void sameExceptionInHandleAndFinishIsReported() throws IOException {
        IOException same = new IOException("handle and finish");
        Script script = new Script().fail("handle", same).fail("finish", same);
        try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous());
                Peer peer = Peer.of(server)) {
            server.handleRequest();
            assertThat(script.reported()).isSameAs(same);
            assertThat(peer.ended()).isTrue();
        }
    }

    @Test
    void requestThatCouldNotBeTakenWaitsForTheNextAttempt() throws IOException {
        Script script = new Script().fail("beforeGetRequest", new IOException("a fault"));
        script.at(
                "handleAcceptError",
                () -> {
                    if (script.count("handleAcceptError") == 3) {
                        script.calmDown();
                    }
                });
        try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous());
                Peer peer = Peer.of(server)) {
            server.start();
            assertThat(peer.line()).isEqualTo("handled");
        }
    }

    @Test
    void exceptionsOfServiceActionsDoNotEndServing() throws IOException {
        Script script = new Script().fail("serviceActions", new IllegalStateException("a fault"));
        try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous())) {
            server.start();
            for (int i = 0; i < 3; i++) {
                try (Peer peer = Peer.of(server)) {
                    assertThat(peer.line()).isEqualTo("handled");
                }
            }
            eventually(() -> script.count("serviceActions") == 3);
        }
    }

    @Test
    void exceptionOfHandleTimeoutDoesNotComeOut() throws IOException {
        Script script = new Script().fail("handleTimeout", new IllegalStateException("a fault"));
        ServerOptions options =
                ServerOptions.DEFAULT.withDeadlines(
                        deadlines -> deadlines.withRequest(Duration.ZERO));
        try (var server =
                new ScriptedServer(
                        script,
                        ConcurrencyModel.synchronous(),
                        () -> new ScriptedServer.Handler(script),
                        options)) {
            assertThat(server.handleRequest()).isEqualTo(HandleResult.TIMEOUT);
        }
    }

    // Errors

    @ParameterizedTest
    @MethodSource("errors")
    void servingForeverReportsAnErrorAndGoesOn(Error error) throws Exception {
        for (String hook : List.of("handle", "setup", "create", "finish", "finishRequest")) {
            Script script = new Script().fail(hook, error);
            try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous())) {
                server.start();
                try (Peer peer = Peer.of(server)) {
                    assertEnded(peer);
                }
                eventually(() -> server.requests().isEmpty());
                assertThat(script.reported()).isSameAs(error);
                assertThat(script.calls("handleError", "shutdownRequest", "closeRequest"))
                        .containsExactly("handleError", "shutdownRequest", "closeRequest");
                assertServes(server);
            }
        }
    }

    private static List<Error> errors() {
        return List.of(new AssertionError("a fault"), new StackOverflowError());
    }

    @ParameterizedTest
    @MethodSource("errors")
    void errorsOfHooksOfTheServingThreadDoNotEndServing(Error error) throws Exception {
        for (String hook :
                List.of(
                        "beforeGetRequest",
                        "getRequest",
                        "verifyRequest",
                        "processRequest",
                        "runRequest",
                        "serviceActions",
                        "handleError",
                        "shutdownRequest",
                        "closeRequest")) {
            Script script = new Script().fail(hook, error);
            if (hook.equals("beforeGetRequest")) {
                script.at("handleAcceptError", script::calmDown);
            }
            if (hook.equals("handleError")) {
                script.fail("handle", new IOException("a fault"));
            }
            try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous())) {
                server.start();
                try (Peer peer = Peer.of(server)) {
                    assertEnded(peer);
                }
                eventually(() -> server.requests().isEmpty());
                assertServes(server);
            }
        }
    }

    @Test
    void errorOfWaitingDoesNotEndServing() throws IOException {
        Script script = new Script();
        try (var server =
                new ScriptedServer(script, ConcurrencyModel.synchronous()) {
                    @Override
                    protected boolean awaitRequest(long nanos) throws IOException {
                        script.call("awaitRequest");
                        return super.awaitRequest(nanos);
                    }
                }) {
            script.fail("awaitRequest", new AssertionError("a fault"));
            script.at("handleAcceptError", script::calmDown);
            server.start();
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.line()).isEqualTo("handled");
            }
        }
    }

    @Test
    void handleRequestRethrowsAnErrorOfTheHandler() throws IOException {
        AssertionError error = new AssertionError("a fault");
        Script script = new Script().fail("handle", error);
        try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous());
                Peer peer = Peer.of(server)) {
            assertThatThrownBy(server::handleRequest).isSameAs(error);
            assertThat(peer.ended()).isTrue();
            assertThat(script.calls(HOOKS))
                    .endsWith("handle", "finish", "shutdownRequest", "closeRequest")
                    .doesNotContain("handleError");
            assertThat(server.requests()).isEmpty();
            server.start();
            assertServes(server);
        }
    }

    @Test
    void errorOnAThreadGoesToItsUncaughtExceptionHandler() throws Exception {
        // A platform thread and a virtual one report in the same way; the default handler belongs
        // to the whole process, so each test waits for its own error.
        BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((_, thrown) -> uncaught.add(thrown));
        try {
            for (ThreadingModel model :
                    List.of(
                            ThreadingModel.virtual(),
                            ThreadingModel.virtual().withDaemonThreads(true),
                            ThreadingModel.platform())) {
                AssertionError error = new AssertionError("a fault");
                Script script = new Script().fail("handle", error);
                try (var server = new ScriptedServer(script, model)) {
                    server.start();
                    try (Peer peer = Peer.of(server)) {
                        assertThat(peer.ended()).isTrue();
                    }
                    assertThat(uncaught.poll(10, TimeUnit.SECONDS)).isSameAs(error);
                    eventually(() -> server.requests().isEmpty());
                    assertThat(script.calls(HOOKS))
                            .endsWith("handle", "finish", "shutdownRequest", "closeRequest")
                            .doesNotContain("handleError");
                    assertServes(server);
                }
            }
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    // Hostile handlers

    @SuppressWarnings("InfiniteRecursion") // hostile on purpose
    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }

    @Test
    void stackOverflowCostsOneRequest() throws Exception {
        Script script = new Script();
        script.at("handle", () -> recurse(0));
        try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous())) {
            server.start();
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.ended()).isTrue();
            }
            assertThat(script.reported()).isInstanceOf(StackOverflowError.class);
            assertServes(server);
        }
    }

    @Test
    void allocatingTooMuchCostsOneRequest() throws Exception {
        Script script = new Script();
        script.at(
                "handle",
                () -> {
                    long[][] much = new long[64][];
                    for (int i = 0; i < much.length; i++) {
                        much[i] = new long[Integer.MAX_VALUE - 2];
                    }
                    script.call("allocated " + much.length);
                });
        try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous())) {
            server.start();
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.ended()).isTrue();
            }
            assertThat(script.reported()).isInstanceOf(OutOfMemoryError.class);
            assertServes(server);
        }
    }

    @Test
    void executorThatRejectsEndsTheRequest() throws Exception {
        Script script = new Script();
        ConcurrencyModel model =
                ConcurrencyModel.on(
                        _ -> {
                            throw new RejectedExecutionException("full");
                        });
        try (var server = new ScriptedServer(script, model);
                Peer peer = Peer.of(server)) {
            server.start();
            assertThat(peer.ended()).isTrue();
            eventually(() -> server.requests().isEmpty());
            assertThat(script.reported()).isInstanceOf(RejectedExecutionException.class);
            assertThat(script.calls(HOOKS))
                    .containsExactly(
                            "getRequest",
                            "verifyRequest",
                            "processRequest",
                            "handleError",
                            "shutdownRequest",
                            "closeRequest");
        }
    }

    @Test
    void handlerWithoutARequestSaysSo() {
        assertThatThrownBy(
                        () ->
                                new BaseRequestHandler<Request>() {
                                    private final Request early = request();

                                    @Override
                                    protected void handle() {
                                        early.close();
                                    }
                                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("setup()");
    }
}
