package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.Eventually.eventually;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.CloseReason;
import socketserver.request.DatagramRequest;
import socketserver.request.DatagramRequestHandler;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/// Closing: what it waits for, what it ends, and from where it may be called.
@Timeout(20)
class CloseTest {
    private static final RequestHandler<StreamRequest> ECHO =
            request -> {
                for (String line; (line = request.input().readLine()) != null; ) {
                    request.output().writeLine(line);
                }
            };

    private static ServerOptions closing(Duration timeout) {
        return ServerOptions.DEFAULT.withDeadlines(deadlines -> deadlines.withClose(timeout));
    }

    private static TcpServer threading(
            RequestHandler<StreamRequest> handler, UnaryOperator<ServerOptions> change)
            throws IOException {
        return new ThreadingTcpServer(Peer.anyPort(), handler, change.apply(ServerOptions.DEFAULT));
    }

    private static TcpServer threading(RequestHandler<StreamRequest> handler) throws IOException {
        return threading(handler, UnaryOperator.identity());
    }

    /// Closes it before the end of its block.
    private static void close(BaseServer<?> server) {
        server.close();
    }

    // While serving

    @Test
    void closeEndsServingOfAnotherThreadWithoutAnotherAttempt() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        AtomicInteger failures = new AtomicInteger();
        for (int i = 0; i < 50; i++) {
            try (var server =
                    new ThreadingTcpServer(Peer.anyPort(), ECHO) {
                        @Override
                        protected StreamRequest getRequest() throws IOException {
                            attempts.incrementAndGet();
                            return super.getRequest();
                        }

                        @Override
                        protected void handleAcceptError(Throwable failure, int attempt) {
                            failures.incrementAndGet();
                        }
                    }) {
                var serving = Background.run(server::serveForever);
                try (Peer peer = Peer.of(server)) {
                    assertThat(peer.ask("hello")).isEqualTo("hello");
                }
                int before = attempts.get();
                close(server);
                serving.join();
                // One more may see that nothing else is ready.
                assertThat(attempts.get() - before).isLessThanOrEqualTo(1);
            }
        }
        assertThat(failures).hasValue(0);
    }

    @Test
    void closeTwiceAndFromManyThreadsAtOnce() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (var server = threading(ECHO)) {
                server.start();
                List<Background<Boolean>> closes = new ArrayList<>();
                for (int j = 0; j < 8; j++) {
                    closes.add(
                            Background.run(
                                    () -> {
                                        close(server);
                                        assertClosed(server);
                                    }));
                }
                for (var close : closes) {
                    close.join();
                }
                close(server);
                assertClosed(server);
            }
        }
    }

    private static void assertClosed(TcpServer server) {
        assertThatThrownBy(() -> Peer.of(server).close()).isInstanceOf(ConnectException.class);
    }

    @Test
    void closeAtTheSameTimeAsStart() throws Exception {
        for (int i = 0; i < 200; i++) {
            try (var server = threading(ECHO)) {
                var start =
                        Background.run(
                                () -> {
                                    try {
                                        server.start();
                                    } catch (IllegalStateException closed) {
                                        assertThat(closed).hasMessageContaining("closed");
                                    }
                                });
                close(server);
                start.join();
                assertClosed(server);
            }
        }
    }

    @Test
    void closeAtTheSameTimeAsServeForever() throws Exception {
        for (int i = 0; i < 200; i++) {
            try (var server = threading(ECHO)) {
                var serving = Background.run(server::serveForever);
                close(server);
                try {
                    serving.join();
                } catch (ExecutionException late) {
                    assertThat(late).hasRootCauseInstanceOf(IllegalStateException.class);
                }
            }
        }
    }

    @Test
    void closedServerRefusesToServeAndToBind() throws Exception {
        try (var server = threading(ECHO, all -> all.withBindAndActivate(false))) {
            server.serverBind();
            server.serverActivate();
            close(server);
            for (Background.Action use :
                    List.<Background.Action>of(
                            server::serveForever,
                            server::start,
                            server::handleRequest,
                            server::serverBind)) {
                assertThatThrownBy(use::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("closed");
            }
            server.requestStop();
            server.shutdown();
            assertThat(server.shutdown(Duration.ofSeconds(1)).cut()).isEmpty();
        }
    }

    @Test
    void serverThatWasNeverBoundCannotBeBoundOnceClosed() throws Exception {
        try (var server = threading(ECHO, all -> all.withBindAndActivate(false))) {
            close(server);
            assertThatThrownBy(server::serverBind)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void clientsOfTheBacklogAreTurnedAway() throws Exception {
        try (var server = threading(ECHO);
                Peer waiting = Peer.of(server)) {
            close(server);
            assertThat(waiting.ended()).isTrue();
        }
    }

    // Waiting

    @Test
    void closeWaitsForHandlersAndLetsThemFinish() throws Exception {
        try (var server = threading(ECHO);
                Peer peer = Peer.of(server)) {
            server.start();
            assertThat(peer.ask("hello")).isEqualTo("hello");
            var closing = Background.run(() -> close(server));
            eventually(() -> LockSupport.getBlocker(closing.thread()) != null);
            assertThat(peer.ask("still there")).isEqualTo("still there");
            assertThat(closing.isDone()).isFalse();
            eventually(
                    () -> {
                        try (Peer _ = Peer.of(server)) {
                            return false;
                        } catch (ConnectException refused) {
                            return true;
                        }
                    });
            peer.disconnect();
            closing.join();
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void closeCutsWhatIsStillLiveAtItsDeadline() throws Exception {
        try (var server = threading(ECHO, _ -> closing(Duration.ofMillis(100)));
                Peer peer = Peer.of(server)) {
            server.start();
            assertThat(peer.ask("hello")).isEqualTo("hello");
            long start = System.nanoTime();
            close(server);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(100), Duration.ofSeconds(9));
            assertThat(peer.ended()).isTrue();
            eventually(() -> server.requests().isEmpty());
        }
    }

    @Test
    void closeDoesNotWaitWhenItNeedNotBlock() throws Exception {
        for (ServerOptions options :
                List.of(
                        ServerOptions.DEFAULT.withBlockOnClose(false),
                        closing(null).withBlockOnClose(false))) {
            try (var server = threading(ECHO, _ -> options);
                    Peer peer = Peer.of(server)) {
                server.start();
                assertThat(peer.ask("hello")).isEqualTo("hello");
                close(server);
                assertClosed(server);
                assertThat(peer.ask("still there")).isEqualTo("still there");
                assertThat(server.requests()).hasSize(1);
                peer.disconnect();
                eventually(() -> server.requests().isEmpty());
            }
        }
    }

    @Test
    void closeDoesNotWaitForASynchronousHandlerWhenItNeedNotBlock() throws Exception {
        try (var server =
                        new TcpServer(Peer.anyPort(), ECHO, closing(null).withBlockOnClose(false));
                Peer peer = Peer.of(server)) {
            var serving = Background.run(server::serveForever);
            assertThat(peer.ask("hello")).isEqualTo("hello");
            Background.run(() -> close(server)).join();
            assertClosed(server);
            assertThat(peer.ask("still there")).isEqualTo("still there");
            peer.disconnect();
            serving.join();
        }
    }

    @Test
    void closeDoesNotWaitForDaemons() throws Exception {
        try (var server =
                        new ThreadingTcpServer(Peer.anyPort(), ECHO, closing(null)) {
                            @Override
                            public boolean daemonThreads() {
                                return true;
                            }
                        };
                Peer peer = Peer.of(server)) {
            server.start();
            assertThat(peer.ask("hello")).isEqualTo("hello");
            Background.run(() -> close(server)).join();
            assertThat(peer.ask("still there")).isEqualTo("still there");
        }
    }

    @Test
    void closeReturnsAlthoughASynchronousHandlerIsStuck() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        try (var server =
                        new TcpServer(
                                Peer.anyPort(),
                                (RequestHandler<StreamRequest>)
                                        _ -> {
                                            stuck.countDown();
                                            free.await();
                                        },
                                closing(Duration.ofMillis(100)));
                Peer peer = Peer.of(server)) {
            var serving = Background.run(server::serveForever);
            stuck.await();
            close(server);
            assertThat(peer.ended()).isTrue();
            assertClosed(server);
            assertThat(serving.isDone()).isFalse();
            free.countDown();
            serving.join();
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void closeCutsASynchronousHandlerThatWaitsForItsClient() throws Exception {
        try (var server = new TcpServer(Peer.anyPort(), ECHO, closing(Duration.ofMillis(100)));
                Peer peer = Peer.of(server)) {
            var serving = Background.run(server::serveForever);
            assertThat(peer.ask("hello")).isEqualTo("hello");
            close(server);
            serving.join();
            assertThat(peer.ended()).isTrue();
        }
    }

    @Test
    void interruptedCloseStillClosesEverything() throws Exception {
        try (var server = threading(ECHO, _ -> closing(null));
                Peer peer = Peer.of(server)) {
            server.start();
            assertThat(peer.ask("hello")).isEqualTo("hello");
            AtomicBoolean stillInterrupted = new AtomicBoolean();
            var closing =
                    Background.run(
                            () -> {
                                close(server);
                                stillInterrupted.set(Thread.interrupted());
                            });
            eventually(() -> LockSupport.getBlocker(closing.thread()) != null);
            closing.thread().interrupt();
            closing.join();
            assertThat(stillInterrupted).isTrue();
            assertThat(peer.ended()).isTrue();
            assertClosed(server);
        }
    }

    // From handlers

    @Test
    void handlersThatCloseAtOnceDoNotWaitForEachOther() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        try (var server =
                        threading(
                                request -> {
                                    both.countDown();
                                    both.await();
                                    request.server(TcpServer.class).close();
                                    request.output().writeLine("closed");
                                },
                                _ -> closing(null));
                Peer first = Peer.of(server);
                Peer second = Peer.of(server)) {
            server.start();
            assertThat(first.line()).isEqualTo("closed");
            assertThat(second.line()).isEqualTo("closed");
            eventually(() -> server.requests().isEmpty());
            assertClosed(server);
        }
    }

    @Test
    void handlersThatCloseAndDrainAtOnceDoNotWaitForEachOther() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        AtomicBoolean one = new AtomicBoolean();
        try (var server =
                        threading(
                                request -> {
                                    boolean closes = one.compareAndSet(false, true);
                                    both.countDown();
                                    both.await();
                                    if (closes) {
                                        request.server(TcpServer.class).close();
                                    } else {
                                        request.server(TcpServer.class)
                                                .shutdown(Duration.ofHours(1));
                                    }
                                    request.output().writeLine("done");
                                },
                                _ -> closing(null));
                Peer first = Peer.of(server);
                Peer second = Peer.of(server)) {
            server.start();
            assertThat(first.line()).isEqualTo("done");
            assertThat(second.line()).isEqualTo("done");
        }
    }

    @Test
    void servingThreadThatClosesDoesNotWaitForAHandlerThatStopsIt() throws Exception {
        Script script = new Script();
        CountDownLatch handling = new CountDownLatch(1);
        try (var server =
                new ScriptedServer(
                        script,
                        ConcurrencyModel.threading(),
                        () -> new ScriptedServer.Handler(script),
                        closing(null))) {
            script.at(
                    "handle",
                    () -> {
                        handling.countDown();
                        server.shutdown();
                    });
            script.at(
                    "serviceActions",
                    () -> {
                        awaitUninterruptibly(handling);
                        close(server);
                    });
            var serving = Background.run(server::serveForever);
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.line()).isEqualTo("handled");
            }
            serving.join();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void closeByAThreadOfTheProgramWaitsForAHandlerThatStopsTheServer() throws Exception {
        CountDownLatch stopped = new CountDownLatch(1);
        Semaphore goOn = new Semaphore(0);
        try (var server =
                        threading(
                                request -> {
                                    request.server(TcpServer.class).shutdown();
                                    stopped.countDown();
                                    goOn.acquire();
                                    request.output().writeLine("stopped");
                                });
                Peer peer = Peer.of(server)) {
            server.start();
            stopped.await();
            var closing = Background.run(() -> close(server));
            eventually(() -> LockSupport.getBlocker(closing.thread()) != null);
            assertThat(closing.isDone()).isFalse();
            goOn.release();
            assertThat(peer.line()).isEqualTo("stopped");
            closing.join();
        }
    }

    // Datagrams

    private static UdpServer datagrams(
            RequestHandler<DatagramRequest> handler, ServerOptions options) throws IOException {
        return new ThreadingUdpServer(Peer.anyPort(), handler, options);
    }

    @Test
    void repliesInFlightSurviveClose() throws Exception {
        for (boolean blocks : new boolean[] {true, false}) {
            int clients = 5;
            CountDownLatch handling = new CountDownLatch(clients);
            Semaphore goOn = new Semaphore(0);
            try (var server =
                    datagrams(
                            request -> {
                                handling.countDown();
                                goOn.acquire();
                                request.reply(request.packet());
                            },
                            ServerOptions.DEFAULT.withBlockOnClose(blocks))) {
                server.start();
                List<Asker> askers = new ArrayList<>();
                for (int i = 0; i < clients; i++) {
                    Asker asker = new Asker(server);
                    askers.add(asker);
                    asker.send("question " + i);
                }
                handling.await();
                var closing = Background.run(() -> close(server));
                if (blocks) {
                    eventually(() -> LockSupport.getBlocker(closing.thread()) != null);
                    assertThat(closing.isDone()).isFalse();
                } else {
                    closing.join();
                }
                goOn.release(clients);
                for (int i = 0; i < clients; i++) {
                    try (Asker asker = askers.get(i)) {
                        assertThat(asker.answer()).isEqualTo("question " + i);
                    }
                }
                closing.join();
                assertPortFree(server);
            }
        }
    }

    /// Binds the port of a closed server again, as soon as its last handler has let go of it.
    private static void assertPortFree(UdpServer server) {
        eventually(
                () -> {
                    try (var again =
                            new UdpServer(
                                    server.address(), (RequestHandler<DatagramRequest>) _ -> {})) {
                        return again.address().equals(server.address());
                    } catch (BindException taken) {
                        return false;
                    }
                });
    }

    private static final class Farewell extends DatagramRequestHandler {
        @Override
        protected void handle() throws IOException {
            server(UdpServer.class).close();
            output().write("closed".getBytes(UTF_8));
        }
    }

    @Test
    void handlerThatClosesADatagramServerStillReplies() throws Exception {
        for (UdpServer made :
                List.of(
                        new UdpServer(Peer.anyPort(), Farewell::new),
                        new ThreadingUdpServer(Peer.anyPort(), Farewell::new))) {
            try (UdpServer server = made;
                    Asker asker = new Asker(server)) {
                var serving = Background.run(server::serveForever);
                assertThat(asker.ask("close")).isEqualTo("closed");
                serving.join();
                assertPortFree(server);
            }
        }
    }

    @Test
    void datagramHandlerThatIgnoresTheDeadlineDoesNotKeepThePort() throws Exception {
        CountDownLatch handling = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        try (var server =
                        datagrams(
                                request -> {
                                    handling.countDown();
                                    free.await();
                                    request.reply(request.packet());
                                },
                                closing(Duration.ofMillis(50)));
                Asker asker = new Asker(server)) {
            server.start();
            asker.send("question");
            handling.await();
            close(server);
            assertPortFree(server);
            free.countDown();
            eventually(() -> server.requests().isEmpty());
        }
    }

    // Requests that are left open

    /// A server whose requests stay open when their handlers have ended.
    private static final class Keeping extends ThreadingTcpServer {
        final BlockingQueue<StreamRequest> kept;

        Keeping(ServerOptions options) throws IOException {
            BlockingQueue<StreamRequest> queue = new LinkedBlockingQueue<>();
            kept = queue;
            super(Peer.anyPort(), (RequestHandler<StreamRequest>) _ -> {}, options);
        }

        @Override
        protected void shutdownRequest(StreamRequest request) {
            kept.add(request);
        }
    }

    @Test
    void keptRequestCountsUntilSomebodyClosesIt() throws Exception {
        try (var server = new Keeping(ServerOptions.DEFAULT);
                Peer _ = Peer.of(server)) {
            server.start();
            StreamRequest kept = server.kept.take();
            eventually(
                    () ->
                            server.requests().stream()
                                    .anyMatch(row -> row.state() == LiveRequest.State.KEPT));
            var draining = Background.call(() -> server.shutdown(Duration.ofHours(1)));
            eventually(() -> LockSupport.getBlocker(draining.thread()) != null);
            kept.close();
            assertThat(draining.join().cut()).isEmpty();
        }
    }

    @Test
    void closedKeptRequestIsToldThoughNobodyLooks() throws Exception {
        try (var server = new Keeping(ServerOptions.DEFAULT);
                Peer _ = Peer.of(server)) {
            Events events = Events.of(server);
            server.start();
            server.kept.take().close();
            assertThat(events.reason()).isEqualTo(CloseReason.HANDLED);
        }
    }

    @Test
    void closedKeptRequestMakesRoom() throws Exception {
        try (var server =
                        new Keeping(
                                ServerOptions.DEFAULT.withLimits(
                                        limits -> limits.withMaxConnections(1)));
                Peer _ = Peer.of(server);
                Peer _ = Peer.of(server)) {
            server.start();
            StreamRequest first = server.kept.take();
            eventually(() -> Patience.waitsForRoom(server));
            first.close();
            StreamRequest second = server.kept.poll(10, TimeUnit.SECONDS);
            assertThat(second).isNotNull().isNotSameAs(first);
            second.close();
        }
    }

    @Test
    void closeCutsKeptRequests() throws Exception {
        for (boolean blocks : new boolean[] {true, false}) {
            try (var server = new Keeping(closing(Duration.ofMillis(50)).withBlockOnClose(blocks));
                    Peer peer = Peer.of(server)) {
                server.start();
                StreamRequest kept = server.kept.take();
                close(server);
                assertThat(kept.isOpen()).isEqualTo(!blocks);
                kept.close();
                assertThat(peer.ended()).isTrue();
                eventually(() -> server.requests().isEmpty());
            }
        }
    }
}
