package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static socketserver.Eventually.eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/// One request at a time, what comes of it, and the housekeeping in between.
@Timeout(20)
class HandleRequestTest {
    private final Script script = new Script();

    private ScriptedServer server(ConcurrencyModel model, ServerOptions options)
            throws IOException {
        return new ScriptedServer(script, model, () -> new ScriptedServer.Handler(script), options);
    }

    private static ServerOptions waiting(Duration timeout) {
        return ServerOptions.DEFAULT.withDeadlines(deadlines -> deadlines.withRequest(timeout));
    }

    @Test
    void requestIsHandledWhenItReturns() throws Exception {
        try (var server = server(ConcurrencyModel.synchronous(), ServerOptions.DEFAULT);
                Peer peer = Peer.of(server)) {
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            assertThat(script.calls()).endsWith("closeRequest").doesNotContain("serviceActions");
            assertThat(server.requests()).isEmpty();
            assertThat(peer.line()).isEqualTo("handled");
        }
    }

    @Test
    void failureOfTheHandlerIsHandledToo() throws Exception {
        script.fail("handle", new IOException("a fault"));
        try (var server = server(ConcurrencyModel.synchronous(), ServerOptions.DEFAULT);
                Peer _ = Peer.of(server)) {
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            assertThat(script.count("handleError")).isOne();
        }
    }

    @Test
    void timeoutCallsItsHookOnce() throws Exception {
        for (Duration timeout : new Duration[] {Duration.ZERO, Duration.ofMillis(30)}) {
            script.calmDown();
            try (var server = server(ConcurrencyModel.synchronous(), waiting(timeout))) {
                long start = System.nanoTime();
                assertThat(server.handleRequest()).isEqualTo(HandleResult.TIMEOUT);
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .isGreaterThanOrEqualTo(timeout);
                assertThat(script.calls("handleTimeout", "serviceActions"))
                        .containsExactly("handleTimeout");
            }
        }
    }

    @Test
    void timeoutOfZeroTakesWhatIsThere() throws Exception {
        try (var server = server(ConcurrencyModel.synchronous(), waiting(Duration.ZERO));
                Peer _ = Peer.of(server)) {
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            assertThat(server.handleRequest()).isEqualTo(HandleResult.TIMEOUT);
        }
    }

    @Test
    void timeoutCountsWhileThereIsNoRoom() throws Exception {
        ServerOptions options =
                waiting(Duration.ofMillis(30)).withLimits(limits -> limits.withMaxConnections(1));
        CountDownLatch free = new CountDownLatch(1);
        script.at(
                "handle",
                () -> {
                    try {
                        free.await();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                });
        try (var server = server(ConcurrencyModel.threading(), options);
                Peer first = Peer.of(server);
                Peer second = Peer.of(server)) {
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            assertThat(server.handleRequest()).isEqualTo(HandleResult.TIMEOUT);
            free.countDown();
            assertThat(first.line()).isEqualTo("handled");
            eventually(() -> server.handleRequest() == HandleResult.HANDLED);
            assertThat(second.line()).isEqualTo("handled");
        }
    }

    @Test
    void requestOverTheLimitIsRejected() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        ServerOptions options =
                ServerOptions.DEFAULT.withLimits(
                        limits -> limits.withMaxConnections(1).withOverLimit(OverLimit.REFUSE));
        script.at(
                "handle",
                () -> {
                    try {
                        free.await();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                });
        try (var server = server(ConcurrencyModel.threading(), options);
                Peer first = Peer.of(server);
                Peer second = Peer.of(server)) {
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            assertThat(server.handleRequest()).isEqualTo(HandleResult.REJECTED);
            assertThat(second.ended()).isTrue();
            free.countDown();
            assertThat(first.line()).isEqualTo("handled");
        }
    }

    @Test
    void failureToTakeARequestIsReportedAndTheNextCallWaitsALittle() throws Exception {
        script.fail("beforeGetRequest", new IOException("a fault"));
        try (var server = server(ConcurrencyModel.synchronous(), ServerOptions.DEFAULT);
                Peer peer = Peer.of(server)) {
            long start = System.nanoTime();
            for (int i = 0; i < 5; i++) {
                assertThat(server.handleRequest()).isEqualTo(HandleResult.FAILED);
            }
            assertThat(script.count("handleAcceptError")).isEqualTo(5);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThan(Duration.ofMillis(5 + 10 + 20 + 39));
            script.calmDown();
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            assertThat(peer.line()).isEqualTo("handled");
        }
    }

    @Test
    void interruptedThreadStopsAtOnce() throws Exception {
        try (var server = server(ConcurrencyModel.synchronous(), ServerOptions.DEFAULT);
                Peer peer = Peer.of(server)) {
            Thread.currentThread().interrupt();
            assertThat(server.handleRequest()).isEqualTo(HandleResult.STOPPED);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            assertThat(peer.line()).isEqualTo("handled");
        }
    }

    @Test
    void timeoutOfTheServerDoesNotConcernServeForever() throws Exception {
        try (var server = server(ConcurrencyModel.synchronous(), waiting(Duration.ofMillis(1)))) {
            var serving = Background.run(() -> server.serveForever(Duration.ofMillis(5)));
            eventually(() -> script.count("serviceActions") >= 5);
            assertThat(serving.isDone()).isFalse();
            assertThat(script.count("handleTimeout")).isZero();
            server.shutdown();
            serving.join();
        }
    }

    @Test
    void serviceActionsFollowEachRequestOnTheServingThread() throws Exception {
        try (var server =
                new ScriptedServer(script, ConcurrencyModel.threading()) {
                    @Override
                    protected boolean verifyRequest(StreamRequest request) throws Exception {
                        super.verifyRequest(request);
                        return script.count("verifyRequest") % 2 == 1;
                    }
                }) {
            var serving = Background.run(server::serveForever);
            script.at(
                    "serviceActions",
                    () ->
                            script.call(
                                    "on the serving thread: "
                                            + Thread.currentThread()
                                                    .equals(server.servingThread())));
            for (int i = 1; i <= 4; i++) {
                try (Peer peer = Peer.of(server)) {
                    if (i % 2 == 1) {
                        assertThat(peer.line()).isEqualTo("handled");
                    }
                    assertThat(peer.ended()).isTrue();
                }
                int requests = i;
                eventually(() -> script.count("serviceActions") == requests);
            }
            assertThat(script.count("on the serving thread: true")).isEqualTo(4);
            server.shutdown();
            serving.join();
            assertThat(script.count("serviceActions")).isEqualTo(4);
        }
    }

    @Test
    void serviceIntervalMustBePositive() throws Exception {
        try (var server = server(ConcurrencyModel.synchronous(), ServerOptions.DEFAULT)) {
            for (Duration interval : new Duration[] {Duration.ZERO, Duration.ofMillis(-1)}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> server.serveForever(interval))
                        .withMessageContaining("must be positive");
            }
        }
    }

    @Test
    void serviceActionsKeepTheirIntervalWhileThereIsNoRoom() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        script.at(
                "handle",
                () -> {
                    try {
                        free.await();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                });
        ServerOptions one =
                ServerOptions.DEFAULT.withLimits(limits -> limits.withMaxConnections(1));
        try (var server = server(ConcurrencyModel.threading(), one);
                Peer _ = Peer.of(server);
                Peer _ = Peer.of(server)) {
            var serving = Background.run(() -> server.serveForever(Duration.ofMillis(5)));
            eventually(() -> script.count("serviceActions") >= 5);
            free.countDown();
            eventually(() -> script.count("closeRequest") == 2);
            server.shutdown();
            serving.join();
        }
    }
}
