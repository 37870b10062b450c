package socketserver.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.micrometer.Clients.anyPort;
import static socketserver.micrometer.Clients.ask;
import static socketserver.micrometer.Clients.askAll;
import static socketserver.micrometer.Clients.askByPacket;
import static socketserver.micrometer.Clients.connect;
import static socketserver.micrometer.Clients.eventually;
import static socketserver.micrometer.Clients.reached;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.BaseServer;
import socketserver.ServerGroup;
import socketserver.ServerOptions;
import socketserver.SocketServer;
import socketserver.TcpServer;
import socketserver.ThreadingTcpServer;
import socketserver.ThreadingUdpServer;
import socketserver.request.DeadlineException;
import socketserver.request.DeadlineKind;
import socketserver.request.DisconnectedException;
import socketserver.request.HandshakeException;
import socketserver.request.InputTooLongException;
import socketserver.request.OutputOverflowException;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/// What is counted of that which happens to servers.
@Timeout(30)
class ServerMetricsTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();

    private Readings of(BaseServer<?> server) {
        return Readings.of(server, registry);
    }

    @Test
    void countsAnEcho() throws Exception {
        try (var server = new ThreadingTcpServer(anyPort(), Echoes.LINES);
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            server.start();
            Readings readings = of(server);
            assertThat(readings.active()).isZero();
            try (Socket client = connect(server.address())) {
                assertThat(ask(client, "hello\n")).isEqualTo("hello\n");
                assertThat(readings.active()).isEqualTo(1);
                assertThat(readings.accepted()).isEqualTo(1);
                assertThat(readings.ended()).isZero();
            }
            eventually(() -> assertThat(readings.bytes("transmit")).isEqualTo(6));
            assertThat(readings.bytes("receive")).isEqualTo(6);
            assertThat(readings.active()).isZero();
            assertThat(readings.accepted()).isEqualTo(1);
            assertThat(readings.ended("handled")).isEqualTo(1);
            assertThat(readings.ended()).isEqualTo(1);
            assertThat(readings.duration("handled")).isPositive();
            assertThat(readings.sum("requests.refused")).isZero();
            assertThat(readings.sum("request.errors")).isZero();
            assertThat(readings.counter("accept.errors")).isZero();
        }
    }

    @Test
    void countsPackets() throws Exception {
        try (var server = new ThreadingUdpServer(anyPort(), Echoes.PACKETS);
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            server.start();
            assertThat(askByPacket(server.address(), "hello")).isEqualTo("hello");
            assertThat(askByPacket(server.address(), "again")).isEqualTo("again");
            Readings readings = of(server);
            eventually(() -> assertThat(readings.bytes("transmit")).isEqualTo(10));
            assertThat(readings.bytes("receive")).isEqualTo(10);
            assertThat(readings.accepted()).isEqualTo(2);
            assertThat(readings.active()).isZero();
            assertThat(readings.ended("handled")).isEqualTo(2);
        }
    }

    @Test
    void countsTheServersOfAGroupApart() throws Exception {
        var streams = new ThreadingTcpServer(anyPort(), Echoes.LINES);
        var packets = new ThreadingUdpServer(anyPort(), Echoes.PACKETS);
        try (var group = ServerGroup.of(streams, packets);
                var metrics = new ServerMetrics(group, "service", "echo")) {
            metrics.bindTo(registry);
            group.start();
            assertThat(askAll(streams.address(), "a\n")).isEqualTo("a\n");
            assertThat(askAll(streams.address(), "b\n")).isEqualTo("b\n");
            assertThat(askByPacket(packets.address(), "c")).isEqualTo("c");
            Readings tcp = new Readings(registry, "network.transport", "tcp", "service", "echo");
            Readings udp = new Readings(registry, "network.transport", "udp", "service", "echo");
            eventually(() -> assertThat(tcp.ended("handled")).isEqualTo(2));
            eventually(() -> assertThat(udp.ended("handled")).isEqualTo(1));
            assertThat(tcp.accepted()).isEqualTo(2);
            assertThat(udp.accepted()).isEqualTo(1);
        }
    }

    @Test
    void countsWhoIsRefusedByTheReason() throws Exception {
        ServerOptions options =
                ServerOptions.DEFAULT.withLimits(limits -> limits.withMaxPerClient(1));
        try (var server = new ThreadingTcpServer(anyPort(), Echoes.LINES, options);
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            server.start();
            Readings readings = of(server);
            try (Socket first = connect(server.address());
                    Socket second = connect(server.address())) {
                assertThat(ask(first, "a\n")).isEqualTo("a\n");
                assertThat(second.getInputStream().read()).isEqualTo(-1);
                assertThat(readings.refused("client_full")).isEqualTo(1);
                assertThat(readings.sum("requests.refused")).isEqualTo(1);
                assertThat(readings.accepted()).isEqualTo(1);
                assertThat(readings.active()).isEqualTo(1);
            }
            eventually(() -> assertThat(readings.active()).isZero());
            assertThat(readings.ended()).isEqualTo(1);
        }
    }

    @Test
    void countsFailuresByWhatTheyAre() throws Exception {
        RequestHandler<StreamRequest> handler =
                request -> {
                    if (request.input().readLine().equals("unlucky")) {
                        throw new IllegalStateException("a test's failure");
                    }
                    throw new ProtocolException("a test's client");
                };
        try (var server = new ThreadingTcpServer(anyPort(), handler);
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            server.start();
            askAll(server.address(), "unlucky\n");
            askAll(server.address(), "wrong\n");
            Readings readings = of(server);
            eventually(() -> assertThat(readings.ended()).isEqualTo(2));
            assertThat(readings.errors("failed")).isEqualTo(1);
            assertThat(readings.errors("protocol_error")).isEqualTo(1);
            assertThat(readings.sum("request.errors")).isEqualTo(2);
            assertThat(readings.ended("failed")).isEqualTo(1);
            assertThat(readings.ended("protocol_error")).isEqualTo(1);
        }
    }

    @Test
    void eachKindOfFailureHasItsCounter() throws Exception {
        SocketAddress nobody = anyPort();
        List<Exception> failures = new ArrayList<>();
        for (DeadlineKind kind : DeadlineKind.values()) {
            failures.add(new DeadlineException(kind, nobody, "a test's deadline"));
        }
        failures.add(new DisconnectedException(nobody, new IOException("a test's client")));
        failures.add(HandshakeException.failed(nobody, new IOException("a test's handshake")));
        failures.add(HandshakeException.late(nobody, Duration.ofSeconds(1)));
        failures.add(new OutputOverflowException("a test's output"));
        failures.add(new InputTooLongException("a test's line", 1));
        failures.add(new ProtocolException("a test's protocol"));
        failures.add(new ClosedChannelException());
        failures.add(new IOException("a test's failure"));
        var next = new LinkedBlockingQueue<>(failures);
        RequestHandler<StreamRequest> handler =
                _ -> {
                    throw next.remove();
                };
        try (var server = new ThreadingTcpServer(anyPort(), handler);
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            server.start();
            for (int i = 0; i < failures.size(); i++) {
                askAll(server.address(), "");
            }
            assertThat(registry.get("socketserver.request.errors").counters())
                    .hasSameSizeAs(failures)
                    .allSatisfy(each -> assertThat(each.count()).isEqualTo(1));
        }
    }

    /// Cannot take its first request.
    private static final class UnluckyServer extends TcpServer {
        private final AtomicBoolean failed = new AtomicBoolean();

        UnluckyServer() throws IOException {
            super(anyPort(), Echoes.LINES);
        }

        @Override
        protected StreamRequest getRequest() throws IOException {
            if (failed.compareAndSet(false, true)) {
                throw new IOException("a test's failure");
            }
            return super.getRequest();
        }
    }

    @Test
    void countsWhatCouldNotBeTaken() throws Exception {
        try (var server = new UnluckyServer();
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            server.start();
            assertThat(askAll(server.address(), "a\n")).isEqualTo("a\n");
            assertThat(of(server).counter("accept.errors")).isEqualTo(1);
            assertThat(of(server).sum("request.errors")).isZero();
        }
    }

    @Test
    void countsWhoWaitsForAHandler() throws Exception {
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        RequestHandler<StreamRequest> handler =
                request -> {
                    begun.countDown();
                    reached(goOn);
                    Echoes.LINES.handle(request);
                };
        try (ExecutorService one = Executors.newSingleThreadExecutor();
                var server = SocketServer.tcp(anyPort()).executor(one).open(handler);
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            server.start();
            Readings readings = of(server);
            try (Socket first = connect(server.address());
                    Socket second = connect(server.address());
                    Socket third = connect(server.address())) {
                reached(begun);
                eventually(() -> assertThat(readings.gauge("queue")).isEqualTo(2));
                assertThat(readings.active()).isEqualTo(3);
                goOn.countDown();
                assertThat(ask(first, "a\n")).isEqualTo("a\n");
                second.shutdownOutput();
                third.shutdownOutput();
            }
            eventually(() -> assertThat(readings.active()).isZero());
            assertThat(readings.gauge("queue")).isZero();
        }
    }

    @Test
    void showsWhetherClientsAreWelcome() throws Exception {
        try (var server = new ThreadingTcpServer(anyPort(), Echoes.LINES);
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            Readings readings = of(server);
            assertThat(readings.gauge("ready")).isZero();
            server.start();
            assertThat(readings.gauge("ready")).isEqualTo(1);
            server.suspend();
            assertThat(readings.gauge("ready")).isZero();
            server.resume();
            assertThat(readings.gauge("ready")).isEqualTo(1);
            server.shutdown();
            assertThat(readings.gauge("ready")).isZero();
        }
    }

    @Test
    void measuresDrains() throws Exception {
        try (var server = new ThreadingTcpServer(anyPort(), Echoes.LINES);
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            server.start();
            Readings readings = of(server);
            try (Socket client = connect(server.address())) {
                assertThat(ask(client, "a\n")).isEqualTo("a\n");
                assertThat(readings.drains()).isZero();
                server.shutdown(Duration.ofSeconds(10));
                assertThat(readings.drains()).isEqualTo(1);
                assertThat(readings.ended("drained")).isEqualTo(1);
            }
        }
    }
}
