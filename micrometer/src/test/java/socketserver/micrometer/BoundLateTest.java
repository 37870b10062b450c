package socketserver.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.micrometer.Clients.anyPort;
import static socketserver.micrometer.Clients.ask;
import static socketserver.micrometer.Clients.connect;
import static socketserver.micrometer.Clients.eventually;
import static socketserver.micrometer.Clients.reached;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.ThreadingTcpServer;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Metrics that are bound while requests are live.
@Timeout(30)
class BoundLateTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void whoIsThereAlreadyIsActiveAndNotAccepted() throws Exception {
        try (var server = new ThreadingTcpServer(anyPort(), Echoes.LINES);
                var metrics = new ServerMetrics(server)) {
            server.start();
            try (Socket early = connect(server.address())) {
                assertThat(ask(early, "early\n")).isEqualTo("early\n");
                metrics.bindTo(registry);
                Readings readings = Readings.of(server, registry);
                assertThat(readings.active()).isEqualTo(1);
                assertThat(readings.accepted()).isZero();
                try (Socket late = connect(server.address())) {
                    assertThat(ask(late, "late\n")).isEqualTo("late\n");
                    assertThat(readings.active()).isEqualTo(2);
                    assertThat(readings.accepted()).isEqualTo(1);
                    early.shutdownOutput();
                    eventually(() -> assertThat(readings.ended("handled")).isEqualTo(1));
                    assertThat(readings.active()).isEqualTo(1);
                    assertThat(readings.bytes("receive")).isEqualTo(6);
                }
                eventually(() -> assertThat(readings.ended("handled")).isEqualTo(2));
                assertThat(readings.active()).isZero();
            }
        }
    }

    /// Takes its time to verify a request.
    private static final class SlowToVerify extends ThreadingTcpServer {
        final CountDownLatch verifies = new CountDownLatch(1);
        final CountDownLatch answer = new CountDownLatch(1);
        private final boolean welcome;

        SlowToVerify(InetSocketAddress address, boolean welcome) throws IOException {
            super(address, Echoes.LINES);
            this.welcome = welcome;
        }

        @Override
        protected boolean verifyRequest(StreamRequest request) throws InterruptedException {
            verifies.countDown();
            reached(answer);
            return welcome;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoIsJustBeingVerifiedIsCountedOnceOrNotAtAll(boolean welcome) throws Exception {
        try (var server = new SlowToVerify(anyPort(), welcome);
                var metrics = new ServerMetrics(server)) {
            server.start();
            Readings readings = Readings.of(server, registry);
            try (Socket client = connect(server.address())) {
                reached(server.verifies);
                metrics.bindTo(registry);
                server.answer.countDown();
                if (welcome) {
                    assertThat(ask(client, "a\n")).isEqualTo("a\n");
                    assertThat(readings.active()).isEqualTo(1);
                    assertThat(readings.accepted()).isEqualTo(1);
                } else {
                    assertThat(client.getInputStream().read()).isEqualTo(-1);
                    assertThat(readings.refused("not_verified")).isEqualTo(1);
                    assertThat(readings.accepted()).isZero();
                }
            }
            eventually(() -> assertThat(readings.active()).isZero());
        }
    }

    @Test
    void countsRightHoweverBusyTheServerIs() throws Exception {
        try (var server = new ThreadingTcpServer(anyPort(), Echoes.LINES);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.start();
            var bound = new CountDownLatch(1);
            List<Future<?>> clients = new ArrayList<>();
            List<ServerMetrics> all = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    clients.add(threads.submit(() -> askUntil(bound, server.address())));
                }
                for (int i = 0; i < 50; i++) {
                    var metrics = new ServerMetrics(server, "number", Integer.toString(i));
                    all.add(metrics);
                    metrics.bindTo(registry);
                    assertThat(numbered(i).active()).isNotNegative();
                }
            } finally {
                bound.countDown();
            }
            for (Future<?> client : clients) {
                client.get();
            }
            eventually(() -> assertThat(server.requests()).isEmpty());
            for (int i = 0; i < 50; i++) {
                Readings readings = numbered(i);
                eventually(() -> assertThat(readings.active()).isZero());
            }
            all.forEach(ServerMetrics::close);
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    private static Void askUntil(CountDownLatch over, InetSocketAddress server) throws IOException {
        do {
            try (Socket client = connect(server)) {
                ask(client, "a\n");
            }
        } while (over.getCount() > 0);
        return null;
    }

    private Readings numbered(int number) {
        return new Readings(registry, "number", Integer.toString(number));
    }
}
