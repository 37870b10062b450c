package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.OnEngine.on;
import static socketserver.Patience.eventually;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Connections whose `close(2)` waits for the client (`SO_LINGER`) hold up nobody else.
@Timeout(20)
class LingerTest {
    private static final int LONGER_THAN_THE_TEST = 60;
    private static final int UNREAD = 128 * 1024;

    private static long closing() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("socketserver-close"))
                .count();
    }

    /// A client that reads nothing until it is told.
    private static Socket unwilling(InetSocketAddress server) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(15_000);
        socket.connect(server, 15_000);
        return socket;
    }

    private static void fill(StreamRequest request) throws IOException {
        request.option(StandardSocketOptions.SO_SNDBUF, 2 * UNREAD);
        request.write(ByteBuffer.allocate(UNREAD));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingOnesDoNotHoldUpOthers(boolean inherited) throws Exception {
        RequestHandler<StreamRequest> handler =
                request -> {
                    if (request.input().readLine().equals("echo")) {
                        request.output().writeLine("echo");
                        return;
                    }
                    if (!inherited) {
                        request.option(StandardSocketOptions.SO_LINGER, LONGER_THAN_THE_TEST);
                    }
                    fill(request);
                };
        ServerOptions options =
                ServerOptions.DEFAULT.withSocket(
                        socket ->
                                inherited
                                        ? socket.withOption(
                                                StandardSocketOptions.SO_LINGER,
                                                LONGER_THAN_THE_TEST)
                                        : socket);
        List<Socket> clients = new ArrayList<>();
        try (var server =
                on("linux", () -> new ThreadingTcpServer(Peer.anyPort(), handler, options))) {
            server.start();
            int more = 2 * Runtime.getRuntime().availableProcessors();
            for (int i = 0; i < more; i++) {
                Socket client = unwilling(server.address());
                clients.add(client);
                client.getOutputStream().write("linger\n".getBytes(UTF_8));
            }
            eventually(() -> assertThat(server.requests()).isEmpty());
            eventually(() -> assertThat(closing()).isEqualTo(more));
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.ask("echo")).isEqualTo("echo");
            }
            for (Socket client : clients) {
                assertThat(client.getInputStream().readAllBytes()).hasSize(UNREAD);
                client.close();
            }
            eventually(() -> assertThat(closing()).isZero());
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }
}
