package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.Eventually.eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.request.DatagramRequest;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// Constructors, what they leave when they fail, and settings that change afterwards.
@Timeout(20)
class BindingTest {
    private static final RequestHandler<StreamRequest> ECHO =
            request -> {
                for (String line; (line = request.input().readLine()) != null; ) {
                    request.output().writeLine(line);
                }
            };

    /// Does something that fails, very often, and looks whether it leaves descriptors behind.
    private static void assertLeavesNothingOpen(Background.Action failing) throws Exception {
        failing.run();
        long before = descriptors();
        for (int i = 0; i < 200; i++) {
            failing.run();
        }
        // The process opens some for other reasons.
        assertThat(descriptors()).isLessThan(before + 50);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @Test
    void addressInUseLeavesNothingOpen() throws Exception {
        try (var first = new TcpServer(Peer.anyPort(), ECHO)) {
            assertLeavesNothingOpen(
                    () ->
                            assertThatThrownBy(() -> new TcpServer(first.address(), ECHO).close())
                                    .isInstanceOf(BindException.class));
        }
    }

    @Test
    void unknownHostLeavesNothingOpen() throws Exception {
        InetSocketAddress unknown = InetSocketAddress.createUnresolved("no.such.host.invalid", 0);
        assertLeavesNothingOpen(
                () ->
                        assertThatThrownBy(() -> new TcpServer(unknown, ECHO).close())
                                .isInstanceOf(UnknownHostException.class)
                                .hasMessageContaining("no.such.host.invalid"));
    }

    @Test
    void hookThatFailsInTheConstructorLeavesNothingOpen() throws Exception {
        assertLeavesNothingOpen(
                () ->
                        assertThatThrownBy(
                                        () ->
                                                new TcpServer(Peer.anyPort(), ECHO) {
                                                    @Override
                                                    public void serverBind() throws IOException {
                                                        super.serverBind();
                                                        throw new IOException("a fault");
                                                    }
                                                }.close())
                                .hasMessage("a fault"));
        assertLeavesNothingOpen(
                () ->
                        assertThatThrownBy(
                                        () ->
                                                new UdpServer(
                                                        Peer.anyPort(),
                                                        (RequestHandler<DatagramRequest>) _ -> {}) {
                                                    @Override
                                                    public void serverActivate() {
                                                        throw new AssertionError("a fault");
                                                    }
                                                }.close())
                                .isInstanceOf(AssertionError.class));
    }

    @Test
    void serversThatComeAndGoLeaveNothingOpen() throws Exception {
        assertLeavesNothingOpen(
                () -> {
                    try (var server = new ThreadingTcpServer(Peer.anyPort(), ECHO);
                            Peer peer = Peer.of(server)) {
                        server.start();
                        assertThat(peer.ask("hello")).isEqualTo("hello");
                        peer.disconnect();
                        eventually(() -> server.requests().isEmpty());
                    }
                });
    }

    @Test
    void bindAndActivateMayBeLeftToTheProgram() throws Exception {
        ServerOptions later = ServerOptions.DEFAULT.withBindAndActivate(false);
        try (var server = new TcpServer(Peer.anyPort(), ECHO, later)) {
            assertThat(server.address().getPort()).isZero();
            for (Background.Action use :
                    new Background.Action[] {
                        server::serveForever, server::start, server::handleRequest
                    }) {
                assertThatThrownBy(use::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("serverBind()");
            }
            server.requestStop();
            server.serverBind();
            server.serverActivate();
            assertThat(server.address().getPort()).isPositive();
            assertThatThrownBy(server::serverBind)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("already bound");
            server.serveForever(); // the stop was requested
            server.start();
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.ask("hello")).isEqualTo("hello");
            }
        }
    }

    @Test
    void bindingMayBeTriedAgain() throws Exception {
        ServerOptions later = ServerOptions.DEFAULT.withBindAndActivate(false);
        var first = new TcpServer(Peer.anyPort(), ECHO);
        try (first;
                var second = new TcpServer(first.address(), ECHO, later)) {
            assertThatThrownBy(second::serverBind).isInstanceOf(BindException.class);
            closeEarly(first);
            second.serverBind();
            second.serverActivate();
            second.start();
            try (Peer peer = Peer.of(second)) {
                assertThat(peer.ask("hello")).isEqualTo("hello");
            }
        }
    }

    private static void closeEarly(TcpServer server) {
        server.close();
    }

    // Settings that change while the server serves

    @Test
    void changeOfTheSocketIsRefusedAndChangesNothing() throws Exception {
        try (var server = new TcpServer(Peer.anyPort(), ECHO)) {
            ServerOptions before = server.options();
            ServerOptions changed =
                    before.withLimits(limits -> limits.withMaxConnections(1))
                            .withSocket(socket -> socket.withRequestQueueSize(7));
            assertThatThrownBy(() -> server.options(changed))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("constructor");
            assertThat(server.options()).isSameAs(before);
            assertThatThrownBy(() -> server.options(before.withBindAndActivate(false)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    private static ServerOptions atMost(int connections) {
        return ServerOptions.DEFAULT.withLimits(limits -> limits.withMaxConnections(connections));
    }

    @Test
    void raisedLimitLetsTheWaitingIn() throws Exception {
        try (var server = new ThreadingTcpServer(Peer.anyPort(), ECHO, atMost(1));
                Peer first = Peer.of(server);
                Peer second = Peer.of(server)) {
            server.start();
            assertThat(first.ask("one")).isEqualTo("one");
            second.send("two");
            server.options(atMost(2));
            assertThat(second.line()).isEqualTo("two");
        }
    }

    @Test
    void clientsThatWaitUnderALimitAreRefusedWhenTheOptionsSaySo() throws Exception {
        try (var server = new ThreadingTcpServer(Peer.anyPort(), ECHO, atMost(1));
                Peer first = Peer.of(server);
                Peer second = Peer.of(server)) {
            server.start();
            assertThat(first.ask("one")).isEqualTo("one");
            server.options(atMost(1).withLimits(limits -> limits.withOverLimit(OverLimit.REFUSE)));
            assertThat(second.ended()).isTrue();
            assertThat(first.ask("one")).isEqualTo("one");
        }
    }

    @Test
    void loweredLimitMakesTheNextClientWait() throws Exception {
        try (var server = new ThreadingTcpServer(Peer.anyPort(), ECHO, atMost(3));
                Peer first = Peer.of(server);
                Peer second = Peer.of(server)) {
            server.start();
            assertThat(first.ask("one")).isEqualTo("one");
            assertThat(second.ask("two")).isEqualTo("two");
            server.options(atMost(2));
            try (Peer third = Peer.of(server)) {
                third.send("three");
                first.disconnect();
                assertThat(third.line()).isEqualTo("three");
            }
        }
    }

    @Test
    void limitIsNeverExceeded() throws Exception {
        Semaphore goOn = new Semaphore(0);
        CountDownLatch all = new CountDownLatch(30);
        var most = new AtomicInteger();
        var now = new AtomicInteger();
        RequestHandler<StreamRequest> counting =
                request -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    request.output().writeLine("hello");
                    goOn.acquire();
                    now.decrementAndGet();
                    all.countDown();
                };
        try (var server = new ThreadingTcpServer(Peer.anyPort(), counting, atMost(3))) {
            server.start();
            Peer[] peers = new Peer[30];
            for (int i = 0; i < peers.length; i++) {
                peers[i] = Peer.of(server);
            }
            for (Peer peer : peers) {
                try (peer) {
                    assertThat(peer.line()).isEqualTo("hello");
                    goOn.release();
                }
            }
            all.await();
            assertThat(most).hasValueBetween(1, 3);
        }
    }

    @Test
    void deadlinesApplyToTheNextConnection() throws Exception {
        try (var server = new ThreadingTcpServer(Peer.anyPort(), ECHO);
                Peer first = Peer.of(server)) {
            server.start();
            assertThat(first.ask("one")).isEqualTo("one");
            server.options(
                    ServerOptions.DEFAULT.withDeadlines(
                            deadlines -> deadlines.withRead(Duration.ofMillis(50))));
            try (Peer second = Peer.of(server)) {
                assertThat(second.ended()).isTrue();
            }
            assertThat(first.ask("one")).isEqualTo("one");
        }
    }
}
