package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.Eventually.eventually;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Stopping and serving again: by whom, when, and how often ever.
@Timeout(20)
class ShutdownTest {
    private static final RequestHandler<StreamRequest> ECHO =
            request -> {
                for (String line; (line = request.input().readLine()) != null; ) {
                    request.output().writeLine(line);
                }
            };

    private static TcpServer synchronous(RequestHandler<StreamRequest> handler) throws IOException {
        return new TcpServer(Peer.anyPort(), handler);
    }

    private static TcpServer threading(RequestHandler<StreamRequest> handler) throws IOException {
        return new ThreadingTcpServer(Peer.anyPort(), handler);
    }

    private static RequestHandler<StreamRequest> stopping(Background.Action stop) {
        return request -> {
            request.input().readLine();
            stop.run();
            request.output().writeLine("stopped");
        };
    }

    // When

    @Test
    void shutdownBeforeServingEndsTheNextServing() throws Exception {
        try (var server = synchronous(ECHO)) {
            server.shutdown();
            server.shutdown();
            server.serveForever();
            assertServesUntil(server, server::shutdown);
        }
    }

    @Test
    void shutdownAfterServingDoesNotEndTheNextServing() throws Exception {
        try (var server = threading(ECHO)) {
            for (int i = 0; i < 3; i++) {
                assertServesUntil(server, server::shutdown);
                server.shutdown();
                server.requestStop();
                server.shutdown(Duration.ZERO);
            }
        }
    }

    private static void assertServesUntil(TcpServer server, Background.Action stop)
            throws Exception {
        var serving = Background.run(server::serveForever);
        try (Peer peer = Peer.of(server)) {
            assertThat(peer.ask("hello")).isEqualTo("hello");
        }
        stop.run();
        serving.join();
    }

    @Test
    void startAndShutdownAtOnce() throws Exception {
        try (var server = threading(ECHO)) {
            for (int i = 0; i < 200; i++) {
                server.start();
                server.shutdown();
            }
            assertServesUntil(server, server::shutdown);
        }
    }

    @Test
    void servingThreadAlwaysLeavesWhenShutdownComesAtOnce() throws Exception {
        for (int i = 0; i < 200; i++) {
            try (var server = threading(ECHO)) {
                var serving = Background.run(server::serveForever);
                server.shutdown();
                serving.join();
            }
        }
    }

    @Test
    void shutdownsOfManyThreadsAtOnceAllReturn() throws Exception {
        try (var server = threading(ECHO)) {
            for (int i = 0; i < 20; i++) {
                var serving = Background.run(server::serveForever);
                try (Peer peer = Peer.of(server)) {
                    assertThat(peer.ask("hello")).isEqualTo("hello");
                }
                List<Background<Boolean>> stops = new ArrayList<>();
                for (int j = 0; j < 8; j++) {
                    stops.add(Background.run(server::shutdown));
                }
                for (var stop : stops) {
                    stop.join();
                }
                serving.join();
            }
        }
    }

    @Test
    void shutdownReturnsAlthoughTheServerIsStartedAgainAtOnce() throws Exception {
        try (var server = threading(ECHO)) {
            AtomicBoolean enough = new AtomicBoolean();
            var supervisor =
                    Background.run(
                            () -> {
                                while (!enough.get()) {
                                    server.serveForever();
                                }
                            });
            for (int i = 0; i < 500; i++) {
                Background.run(server::shutdown).join();
            }
            enough.set(true);
            eventually(
                    () -> {
                        server.shutdown();
                        return supervisor.isDone();
                    });
        }
    }

    @Test
    void stopDoesNotWaitForTheServiceInterval() throws Exception {
        try (var server = threading(ECHO)) {
            var serving = Background.run(() -> server.serveForever(Duration.ofHours(1)));
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.ask("hello")).isEqualTo("hello");
            }
            long start = System.nanoTime();
            server.shutdown();
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(5));
            serving.join();
        }
    }

    @Test
    void clientsOfAPauseAreServedAfterIt() throws Exception {
        try (var server = threading(ECHO)) {
            assertServesUntil(server, server::shutdown);
            try (Peer first = Peer.of(server);
                    Peer second = Peer.of(server)) {
                first.send("one");
                second.send("two");
                server.start();
                assertThat(first.line()).isEqualTo("one");
                assertThat(second.line()).isEqualTo("two");
            }
        }
    }

    @Test
    void connectionThatBecomesReadyAtTheStopIsNotAccepted() throws Exception {
        Script script = new Script();
        try (var server =
                        new ScriptedServer(script, ConcurrencyModel.threading()) {
                            @Override
                            protected boolean awaitRequest(long nanos) throws IOException {
                                boolean ready = super.awaitRequest(nanos);
                                script.call("awaitRequest");
                                return ready;
                            }
                        };
                Peer peer = Peer.of(server)) {
            script.at("awaitRequest", server::requestStop);
            server.serveForever();
            assertThat(server.handleRequest()).isEqualTo(HandleResult.STOPPED);
            assertThat(script.count("getRequest")).isZero();
            script.calmDown();
            server.start();
            assertThat(peer.line()).isEqualTo("handled");
        }
    }

    // By whom

    @ParameterizedTest
    @ValueSource(
            strings = {
                "beforeGetRequest",
                "getRequest",
                "verifyRequest",
                "processRequest",
                "runRequest",
                "finishRequest",
                "create",
                "setup",
                "handle",
                "finish",
                "handleError",
                "shutdownRequest",
                "closeRequest",
                "serviceActions"
            })
    void everyHookMayStopTheServer(String hook) throws Exception {
        for (ConcurrencyModel model :
                List.of(ConcurrencyModel.synchronous(), ConcurrencyModel.threading())) {
            Script script = new Script();
            try (var server = new ScriptedServer(script, model)) {
                for (Runnable stop :
                        List.<Runnable>of(
                                server::shutdown,
                                server::requestStop,
                                () -> server.shutdown(Duration.ofSeconds(5)))) {
                    script.calmDown();
                    script.at(hook, stop);
                    if (hook.equals("handleError")) {
                        script.fail("handle", new IOException("a fault"));
                    }
                    var serving = Background.run(server::serveForever);
                    try (Peer peer = Peer.of(server)) {
                        if (!hook.equals("handleError")) {
                            assertThat(peer.line()).isEqualTo("handled");
                        }
                        assertThat(peer.ended()).isTrue();
                    }
                    serving.join();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "getRequest",
                "verifyRequest",
                "processRequest",
                "handle",
                "finish",
                "handleError",
                "shutdownRequest",
                "closeRequest",
                "serviceActions"
            })
    void everyHookMayCloseTheServer(String hook) throws Exception {
        for (ConcurrencyModel model :
                List.of(ConcurrencyModel.synchronous(), ConcurrencyModel.threading())) {
            Script script = new Script();
            try (var server = new ScriptedServer(script, model)) {
                script.at(hook, server::close);
                if (hook.equals("handleError")) {
                    script.fail("handle", new IOException("a fault"));
                }
                var serving = Background.run(server::serveForever);
                try (Peer peer = Peer.of(server)) {
                    if (!hook.equals("handleError")) {
                        assertThat(peer.line()).isEqualTo("handled");
                    }
                    assertThat(peer.ended()).isTrue();
                }
                serving.join();
                assertThatThrownBy(server::start)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("closed");
                eventually(() -> server.requests().isEmpty());
            }
        }
    }

    @Test
    void shutdownFromAHandlerOnAThreadWaitsForTheServingThread() throws Exception {
        Queue<Boolean> served = new ConcurrentLinkedQueue<>();
        AtomicInteger serving = new AtomicInteger();
        try (var server =
                threading(
                        request -> {
                            request.server(TcpServer.class).shutdown();
                            served.add(serving.get() > 0);
                        })) {
            var background =
                    Background.run(
                            () -> {
                                serving.incrementAndGet();
                                server.serveForever();
                            });
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.ended()).isTrue();
            }
            background.join();
            eventually(() -> server.requests().isEmpty());
            assertThat(served).containsExactly(true);
        }
    }

    @Test
    void interruptEndsServingAndLeavesTheListenerOpen() throws Exception {
        for (boolean threading : new boolean[] {false, true}) {
            try (var server = threading ? threading(ECHO) : synchronous(ECHO)) {
                for (int i = 0; i < 3; i++) {
                    AtomicBoolean stillInterrupted = new AtomicBoolean();
                    var serving =
                            Background.run(
                                    () -> {
                                        server.serveForever();
                                        stillInterrupted.set(Thread.interrupted());
                                    });
                    try (Peer peer = Peer.of(server)) {
                        assertThat(peer.ask("hello")).isEqualTo("hello");
                    }
                    eventually(() -> server.requests().isEmpty());
                    serving.thread().interrupt();
                    serving.join();
                    assertThat(stillInterrupted).isTrue();
                }
            }
        }
    }

    @Test
    void interruptOfASynchronousHandlerEndsServing() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Script script = new Script();
        script.at(
                "handle",
                () -> {
                    waiting.countDown();
                    try {
                        never.await();
                    } catch (InterruptedException interrupted) {
                        script.fail("finish", interrupted);
                    }
                });
        try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous());
                Peer peer = Peer.of(server)) {
            var serving = Background.run(server::serveForever);
            waiting.await();
            serving.thread().interrupt();
            serving.join();
            assertThat(peer.line()).isEqualTo("handled");
            assertThat(script.reported()).isInstanceOf(InterruptedException.class);
            script.calmDown();
            server.start();
            try (Peer next = Peer.of(server)) {
                assertThat(next.line()).isEqualTo("handled");
            }
        }
    }

    // One request at a time

    @Test
    void stopOfAHandlerEndsALoopOfHandleRequest() throws Exception {
        for (boolean threading : new boolean[] {false, true}) {
            RequestHandler<StreamRequest> handler =
                    request -> {
                        request.output().writeLine("stopped");
                        request.server().requestStop();
                    };
            try (var server = threading ? threading(handler) : synchronous(handler)) {
                for (int i = 0; i < 50; i++) {
                    var loop = Background.run(() -> handleUntilStopped(server));
                    try (Peer peer = Peer.of(server)) {
                        assertThat(peer.line()).isEqualTo("stopped");
                    }
                    loop.join();
                    eventually(() -> server.requests().isEmpty());
                }
            }
        }
    }

    private static void handleUntilStopped(TcpServer server) {
        HandleResult result;
        do {
            result = server.handleRequest();
        } while (result != HandleResult.STOPPED);
    }

    @Test
    void stopIsNeverLostBetweenTwoHandleRequests() throws Exception {
        for (boolean threading : new boolean[] {false, true}) {
            RequestHandler<StreamRequest> nothing = _ -> {};
            try (var server = threading ? threading(nothing) : synchronous(nothing)) {
                for (int i = 0; i < 100; i++) {
                    var loop = Background.run(() -> handleUntilStopped(server));
                    try (Peer _ = Peer.of(server)) {
                        server.requestStop();
                        loop.join();
                    }
                }
            }
        }
    }

    @Test
    void stopBetweenHandleRequestsEndsOneThatWouldWaitForRoom() throws Exception {
        ServerOptions one =
                ServerOptions.DEFAULT.withLimits(limits -> limits.withMaxConnections(1));
        try (var server = new ThreadingTcpServer(Peer.anyPort(), ECHO, one);
                Peer peer = Peer.of(server)) {
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            assertThat(peer.ask("hello")).isEqualTo("hello");
            server.requestStop();
            assertThat(Background.call(server::handleRequest).join())
                    .isEqualTo(HandleResult.STOPPED);
        }
    }

    @Test
    void stopEndsServingThatWaitsForRoom() throws Exception {
        ServerOptions one =
                ServerOptions.DEFAULT.withLimits(limits -> limits.withMaxConnections(1));
        try (var server = new ThreadingTcpServer(Peer.anyPort(), ECHO, one);
                Peer peer = Peer.of(server)) {
            for (int i = 0; i < 100; i++) {
                var serving = Background.run(server::serveForever);
                assertThat(peer.ask("hello")).isEqualTo("hello");
                eventually(() -> Patience.waitsForRoom(server));
                server.requestStop();
                serving.join();
            }
        }
    }

    @Test
    void stopEndsServingThatBacksOff() throws Exception {
        Script script = new Script().fail("beforeGetRequest", new IOException("a fault"));
        CountDownLatch failed = new CountDownLatch(6);
        script.at("handleAcceptError", failed::countDown);
        try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous());
                Peer _ = Peer.of(server)) {
            var serving = Background.run(server::serveForever);
            failed.await();
            server.shutdown();
            serving.join();
        }
    }

    @Test
    void failedAttemptsAreNotMadeWithoutAWait() throws Exception {
        Script script = new Script().fail("beforeGetRequest", new IOException("a fault"));
        CountDownLatch failed = new CountDownLatch(7);
        script.at("handleAcceptError", failed::countDown);
        try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous());
                Peer _ = Peer.of(server)) {
            long start = System.nanoTime();
            server.start();
            failed.await();
            // 5, 10, 20, 40, 80 and 160 ms lie between seven attempts
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThan(Duration.ofMillis(314));
        }
    }

    // Misuse

    @Test
    void secondThreadThatServesIsRefusedByNameOfTheFirst() throws Exception {
        try (var server = threading(ECHO)) {
            var serving = Background.run(server::serveForever);
            serving.thread().setName("the first one");
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.ask("hello")).isEqualTo("hello");
            }
            for (Background.Action second :
                    List.<Background.Action>of(
                            server::serveForever,
                            () -> server.serveForever(Duration.ofSeconds(1)),
                            server::start,
                            server::handleRequest)) {
                assertThatThrownBy(second::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("the first one")
                        .hasMessageContaining("shutdown()");
            }
            server.shutdown();
            serving.join();
        }
    }

    @Test
    void handlerThatServesItsOwnServerIsRefused() throws Exception {
        Script script = new Script();
        try (var server = new ScriptedServer(script, ConcurrencyModel.synchronous())) {
            script.at("handle", server::handleRequest);
            server.start();
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.ended()).isTrue();
            }
            assertThat(script.reported()).isInstanceOf(IllegalStateException.class);
            script.calmDown();
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.line()).isEqualTo("handled");
            }
        }
    }

    @Test
    void exceptionOfTheModelComesOutAndTheServerMayServeAgain() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        try (var server =
                new TcpServer(Peer.anyPort(), ECHO) {
                    @Override
                    public ConcurrencyModel concurrencyModel() {
                        if (broken.get()) {
                            throw new IllegalStateException("a fault");
                        }
                        return ConcurrencyModel.threading();
                    }
                }) {
            assertThatThrownBy(server::serveForever).hasMessage("a fault");
            assertThatThrownBy(server::handleRequest).hasMessage("a fault");
            broken.set(false);
            assertServesUntil(server, server::shutdown);
        }
    }

    @Test
    void negativeTimeIsRefused() throws Exception {
        try (var server = threading(ECHO)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.shutdown(Duration.ofNanos(-1)))
                    .withMessageContaining("PT-0.000000001S");
        }
    }

    // With a deadline

    @Test
    void reportTellsWhatWasFinishedAndWhatWasCut() throws Exception {
        try (var server = threading(ECHO);
                Peer hung = Peer.of(server);
                Peer busy = Peer.of(server)) {
            server.start();
            sendHalfALine(hung, server, 1);
            sendHalfALine(busy, server, 2);
            var draining = Background.call(() -> server.shutdown(Duration.ofMillis(500)));
            eventually(() -> LockSupport.getBlocker(draining.thread()) != null);
            assertThat(busy.ask("f a line")).isEqualTo("half a line");
            assertThat(busy.ended()).isTrue();
            ShutdownReport report = draining.join();
            assertThat(report.finished()).isEqualTo(1);
            assertThat(report.cut())
                    .singleElement()
                    .satisfies(
                            row ->
                                    assertThat(row.client())
                                            .isEqualTo(hung.socket.getLocalSocketAddress()));
            assertThat(report.took()).isGreaterThanOrEqualTo(Duration.ofMillis(500));
            assertThat(hung.ended()).isTrue();
            eventually(() -> server.requests().isEmpty());
            assertServesUntil(server, server::shutdown);
        }
    }

    private static void sendHalfALine(Peer peer, TcpServer server, int senders) throws IOException {
        peer.socket.getOutputStream().write("hal".getBytes(UTF_8));
        eventually(
                () ->
                        server.requests().stream().filter(row -> row.bytesIn() == 3).count()
                                == senders);
    }

    @Test
    void drainEndsAsSoonAsTheLastRequestDoes() throws Exception {
        try (var server = threading(ECHO);
                Peer peer = Peer.of(server)) {
            server.start();
            sendHalfALine(peer, server, 1);
            var draining = Background.call(() -> server.shutdown(Duration.ofHours(1)));
            eventually(() -> LockSupport.getBlocker(draining.thread()) != null);
            peer.disconnect();
            ShutdownReport report = draining.join();
            assertThat(report.finished()).isEqualTo(1);
            assertThat(report.cut()).isEmpty();
        }
    }

    @Test
    void handlerThatDrainsIsNeitherWaitedForNorCutNorCounted() throws Exception {
        for (boolean threading : new boolean[] {false, true}) {
            Queue<ShutdownReport> reports = new ConcurrentLinkedQueue<>();
            RequestHandler<StreamRequest> drain =
                    stoppingWith(
                            request ->
                                    reports.add(
                                            request.server(TcpServer.class)
                                                    .shutdown(Duration.ofHours(1))));
            try (var server = threading ? threading(drain) : synchronous(drain);
                    Peer peer = Peer.of(server)) {
                var serving = Background.run(server::serveForever);
                assertThat(peer.ask("stop")).isEqualTo("stopped");
                assertThat(peer.ended()).isTrue();
                serving.join();
                assertThat(reports)
                        .singleElement()
                        .satisfies(
                                report -> {
                                    assertThat(report.finished()).isZero();
                                    assertThat(report.cut()).isEmpty();
                                });
            }
        }
    }

    /// Something that a handler does with its request.
    private interface Use {
        void of(StreamRequest request) throws Exception;
    }

    private static RequestHandler<StreamRequest> stoppingWith(Use use) {
        return request -> stopping(() -> use.of(request)).handle(request);
    }

    @Test
    void handlersThatDrainAtOnceDoNotWaitForEachOther() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        try (var server =
                        threading(
                                stoppingWith(
                                        request -> {
                                            both.countDown();
                                            both.await();
                                            request.server(TcpServer.class)
                                                    .shutdown(Duration.ofHours(1));
                                        }));
                Peer first = Peer.of(server);
                Peer second = Peer.of(server)) {
            server.start();
            first.send("stop");
            second.send("stop");
            assertThat(first.line()).isEqualTo("stopped");
            assertThat(second.line()).isEqualTo("stopped");
        }
    }

    @Test
    void drainOfAStuckSynchronousHandlerCutsIt() throws Exception {
        try (var server = synchronous(ECHO);
                Peer peer = Peer.of(server)) {
            var serving = Background.run(server::serveForever);
            sendHalfALine(peer, server, 1);
            ShutdownReport report = server.shutdown(Duration.ofMillis(50));
            assertThat(report.cut()).hasSize(1);
            assertThat(peer.ended()).isTrue();
            serving.join();
        }
    }
}
