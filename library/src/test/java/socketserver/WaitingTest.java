package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Eventually.eventually;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Handlers that wait for their clients: until a timeout, a close or an interrupt.
@Timeout(30)
class WaitingTest {
    private static final Duration LONG = Duration.ofHours(1);

    /// A server that notes with what its requests have failed.
    private static final class Noting extends ThreadingTcpServer {
        final BlockingQueue<Throwable> failures;

        Noting(RequestHandler<StreamRequest> handler, ServerOptions options) throws IOException {
            BlockingQueue<Throwable> queue = new LinkedBlockingQueue<>();
            failures = queue;
            super(Peer.anyPort(), handler, options);
        }

        @Override
        protected void handleError(StreamRequest request, Throwable failure) {
            failures.add(failure);
        }

        Throwable failure() throws InterruptedException {
            Throwable failure = failures.poll(15, TimeUnit.SECONDS);
            assertThat(failure).as("failure of the handler").isNotNull();
            return failure;
        }
    }

    private static ServerOptions waiting(@Nullable Duration read, @Nullable Duration write) {
        return ServerOptions.DEFAULT.withDeadlines(
                deadlines -> deadlines.withRead(read).withWrite(write));
    }

    private static void echo(StreamRequest request) throws IOException {
        for (String line; (line = request.input().readLine()) != null; ) {
            request.output().writeLine(line);
        }
    }

    private static void flood(StreamRequest request) throws IOException {
        ByteBuffer much = ByteBuffer.allocate(1 << 20);
        for (; ; ) {
            request.write(much.clear());
        }
    }

    @Test
    void manyReadTimeoutsAtOnce() throws Exception {
        int clients = 300;
        try (var server = new Noting(WaitingTest::echo, waiting(Duration.ofMillis(200), null))) {
            server.start();
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                peers.add(Peer.of(server));
            }
            for (int i = 0; i < clients; i++) {
                assertThat(server.failure()).isInstanceOf(SocketTimeoutException.class);
            }
            for (Peer peer : peers) {
                try (peer) {
                    assertThat(peer.ended()).isTrue();
                }
            }
            eventually(() -> server.requests().isEmpty());
        }
    }

    @Test
    void writeTimeoutEndsARequestWhoseClientDoesNotRead() throws Exception {
        try (var server = new Noting(WaitingTest::flood, waiting(null, Duration.ofMillis(100)));
                Peer _ = Peer.of(server)) {
            server.start();
            assertThat(server.failure())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("write");
            eventually(() -> server.requests().isEmpty());
        }
    }

    @Test
    void readingGoesOnAfterATimeout() throws Exception {
        RequestHandler<StreamRequest> patient =
                request -> {
                    for (int timeouts = 0; ; ) {
                        try {
                            request.output().writeLine(request.input().readLine());
                            return;
                        } catch (SocketTimeoutException nothing) {
                            timeouts++;
                            request.output().writeLine("timeout " + timeouts);
                        }
                    }
                };
        try (var server = new Noting(patient, waiting(Duration.ofMillis(30), null));
                Peer peer = Peer.of(server)) {
            server.start();
            assertThat(peer.line()).isEqualTo("timeout 1");
            assertThat(peer.line()).isEqualTo("timeout 2");
            peer.socket.getOutputStream().write(new byte[] {'h', 'e'});
            assertThat(peer.line()).isEqualTo("timeout 3");
            peer.send("llo");
            String line = peer.line();
            while (line != null && line.startsWith("timeout")) {
                line = peer.line();
            }
            assertThat(line).isEqualTo("hello");
        }
    }

    @Test
    void timeoutMayBeTakenAway() throws Exception {
        RequestHandler<StreamRequest> patient =
                request -> {
                    try {
                        request.input().readLine();
                    } catch (SocketTimeoutException nothing) {
                        request.readTimeout(null);
                        request.output().writeLine("timeout");
                        echo(request);
                    }
                };
        try (var server = new Noting(patient, waiting(Duration.ofMillis(30), null));
                Peer peer = Peer.of(server)) {
            server.start();
            assertThat(peer.line()).isEqualTo("timeout");
            eventually(
                    () ->
                            server.requests().stream()
                                    .anyMatch(row -> row.state() == LiveRequest.State.READING));
            assertThat(peer.ask("hello")).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closeEndsAReadOfAnotherThread(boolean timed) throws Exception {
        ServerOptions options = waiting(timed ? LONG : null, null);
        try (var server = new Noting(WaitingTest::echo, options)) {
            server.start();
            for (int i = 0; i < 100; i++) {
                try (Peer peer = Peer.of(server)) {
                    assertThat(peer.ask("hello")).isEqualTo("hello");
                    closeAll(server);
                    assertThat(server.failure()).isInstanceOf(ClosedChannelException.class);
                    assertThat(peer.ended()).isTrue();
                }
            }
            eventually(() -> server.requests().isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closeEndsAWriteOfAnotherThread(boolean timed) throws Exception {
        ServerOptions options = waiting(null, timed ? LONG : null);
        try (var server = new Noting(WaitingTest::flood, options)) {
            server.start();
            for (int i = 0; i < 10; i++) {
                try (Peer _ = Peer.of(server)) {
                    eventually(
                            () ->
                                    server.requests().stream()
                                            .anyMatch(
                                                    row ->
                                                            row.state()
                                                                    == LiveRequest.State.WRITING));
                    closeAll(server);
                    assertThat(server.failure()).isInstanceOf(ClosedChannelException.class);
                    eventually(() -> server.requests().isEmpty());
                }
            }
        }
    }

    private static void closeAll(BaseServer<?> server) {
        server.requests().forEach(LiveRequest::close);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void interruptEndsAReadAndTheWriteOfAnotherThread(boolean timed) throws Exception {
        BlockingQueue<Throwable> ofWriter = new LinkedBlockingQueue<>();
        CountDownLatch reading = new CountDownLatch(1);
        RequestHandler<StreamRequest> both =
                request -> {
                    var writer =
                            Thread.ofVirtual()
                                    .start(
                                            () -> {
                                                try {
                                                    flood(request);
                                                } catch (IOException thrown) {
                                                    ofWriter.add(thrown);
                                                }
                                            });
                    try {
                        reading.countDown();
                        request.input().readLine();
                    } finally {
                        Thread.interrupted();
                        writer.join();
                    }
                };
        ServerOptions options = timed ? waiting(LONG, LONG) : waiting(null, null);
        try (var server = new Noting(both, options);
                Peer _ = Peer.of(server)) {
            server.start();
            reading.await();
            eventually(
                    () ->
                            server.requests().stream()
                                    .anyMatch(row -> row.state() == LiveRequest.State.WRITING));
            eventually(
                    () ->
                            server.requests().getFirst().handler().orElseThrow().getState()
                                    != Thread.State.RUNNABLE);
            server.requests().getFirst().handler().orElseThrow().interrupt();
            assertThat(server.failure()).isInstanceOf(ClosedByInterruptException.class);
            assertThat(ofWriter.poll(15, TimeUnit.SECONDS))
                    .isInstanceOf(ClosedChannelException.class);
            eventually(() -> server.requests().isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void countsReturnToZeroAfterHavoc(boolean timed) throws Exception {
        ServerOptions options = timed ? waiting(LONG, LONG) : waiting(null, null);
        AtomicInteger echoes = new AtomicInteger();
        try (var server = new Noting(WaitingTest::echo, options)) {
            server.start();
            List<Background<Boolean>> clients = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                clients.add(Background.run(() -> beBusy(server, echoes)));
            }
            Random random = new Random(42);
            while (!clients.stream().allMatch(Background::isDone)) {
                List<LiveRequest> rows = server.requests();
                if (!rows.isEmpty() && echoes.get() > 500) {
                    rows.get(random.nextInt(rows.size())).close();
                }
            }
            for (var client : clients) {
                client.join();
            }
            eventually(() -> server.requests().isEmpty());
            assertThat(server.failures)
                    .allSatisfy(failure -> assertThat(failure).isInstanceOf(IOException.class));
            server.options(ServerOptions.DEFAULT.withLimits(all -> all.withMaxConnections(1)));
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.ask("hello")).isEqualTo("hello");
            }
        }
    }

    /// Asks on one connection after the other, until each was closed or has asked enough.
    private static void beBusy(TcpServer server, AtomicInteger echoes) throws IOException {
        for (int connection = 0; connection < 5; connection++) {
            try (Peer peer = Peer.of(server)) {
                for (int i = 0; i < 40; i++) {
                    String line = peer.ask("line " + i);
                    if (line == null) {
                        break;
                    }
                    assertThat(line).isEqualTo("line " + i);
                    echoes.incrementAndGet();
                }
            } catch (SocketException closed) {
                // It was closed under us: that is the havoc.
            }
        }
    }
}
