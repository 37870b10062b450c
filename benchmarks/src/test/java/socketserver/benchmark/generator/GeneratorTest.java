package socketserver.benchmark.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import socketserver.BaseServer;
import socketserver.SocketServer;
import socketserver.benchmark.address.Endpoint;
import socketserver.benchmark.address.Family;
import socketserver.benchmark.generator.Order.Mode;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

class GeneratorTest {
    private final Generator generator = new Generator();
    private BaseServer<?> tcp;
    private BaseServer<?> udp;

    @BeforeEach
    void serve() throws IOException {
        InetSocketAddress any = new Endpoint(Family.TCP, "0").inetAddress();
        tcp =
                SocketServer.tcp(any)
                        .threading()
                        .open(
                                request -> {
                                    ByteBuffer buffer = ByteBuffer.allocate(1024);
                                    while (request.read(buffer) >= 0) {
                                        request.write(buffer.flip());
                                        buffer.clear();
                                    }
                                });
        udp = SocketServer.udp(any).open(request -> request.reply(request.packet()));
        Thread.ofPlatform().start(tcp::serveForever);
        Thread.ofPlatform().start(udp::serveForever);
    }

    @AfterEach
    void stop() {
        generator.close();
        tcp.close();
        udp.close();
    }

    private static Order order(Mode mode, BaseServer<?> server, Family family, double rate) {
        int port = ((InetSocketAddress) server.address()).getPort();
        Endpoint endpoint = new Endpoint(family, Integer.toString(port));
        long pid = ProcessHandle.current().pid();
        return new Order(mode, endpoint, 4, 5_000, 0.02, 0.1, pid, rate);
    }

    private Window count(Mode mode, double rate) {
        return counted(order(mode, tcp, Family.TCP, rate));
    }

    /// Repeats the order until something was counted: a busy machine may stall for a whole window.
    private Window counted(Order order) {
        return await().until(() -> window(order), window -> window.requests() > 0);
    }

    private Window window(Order order) {
        Answer answer = generator.obey(order);
        assertThat(answer.failure()).isNull();
        assertThat(answer.window()).isNotNull();
        return answer.window();
    }

    @Test
    void countsEchoes() {
        Window window = count(Mode.CLOSED, 0);
        assertThat(window.all()).isGreaterThanOrEqualTo(window.requests());
        assertThat(window.seconds()).isPositive();
        assertThat(window.p50Micros()).isPositive().isLessThanOrEqualTo(window.p999Micros());
    }

    @Test
    void asksAtAFixedRate() {
        // It is never asked more often than is due: 1,000 each second, the warm-up included.
        assertThat(count(Mode.OPEN, 1000).all()).isBetween(1L, 121L);
    }

    @Test
    void asksOverConnectionsOfTheirOwn() {
        assertThat(count(Mode.RECONNECT, 0).failed()).isZero();
    }

    @Test
    void asksByPackets() {
        assertThat(counted(order(Mode.CLOSED, udp, Family.UDP, 0)).requests()).isPositive();
    }

    @Test
    void holdsConnectionsUntilTheNextOrder() {
        assertThat(generator.obey(order(Mode.AWAIT, tcp, Family.TCP, 0)).failure()).isNull();
        assertThat(generator.obey(order(Mode.HOLD, tcp, Family.TCP, 0)).failure()).isNull();
        assertThat(tcp.requests()).hasSizeGreaterThanOrEqualTo(4);
        assertThat(generator.obey(order(Mode.RELEASE, tcp, Family.TCP, 0)).failure()).isNull();
    }

    @Test
    void saysWhyItFails() {
        tcp.close();
        assertThat(generator.obey(order(Mode.CLOSED, tcp, Family.TCP, 0)).failure())
                .isEqualTo("connect: Connection refused");
    }
}
