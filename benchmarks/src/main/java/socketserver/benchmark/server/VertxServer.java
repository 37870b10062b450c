package socketserver.benchmark.server;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.transport.Transport;

import socketserver.benchmark.address.Endpoint;

import java.util.concurrent.TimeUnit;

/// Vert.x upon its native epoll transport, with one event loop.
final class VertxServer implements EchoServer {
    @Override
    public void serve(Endpoint endpoint) throws Exception {
        Vertx vertx =
                Vertx.builder()
                        .with(new VertxOptions().setEventLoopPoolSize(1))
                        .withTransport(Transport.EPOLL)
                        .build();
        switch (endpoint.family()) {
            case TCP ->
                    serveStreams(vertx, SocketAddress.inetSocketAddress(endpoint.inetAddress()));
            case UNIX -> serveStreams(vertx, SocketAddress.domainSocketAddress(endpoint.place()));
            case UDP -> servePackets(vertx, endpoint);
            case TLS, UNIXGRAM ->
                    throw new UnsupportedOperationException(
                            "Vert.x has no Unix datagrams, and takes no part in TLS");
        }
    }

    private static void serveStreams(Vertx vertx, SocketAddress address) throws Exception {
        vertx.createNetServer(new NetServerOptions().setAcceptBacklog(JdkSockets.BACKLOG))
                .connectHandler(
                        socket -> {
                            socket.exceptionHandler(
                                    _ -> {
                                        var _ = socket.close();
                                    });
                            socket.handler(
                                    bytes -> {
                                        var _ = socket.write(bytes);
                                    });
                        })
                .listen(address)
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private static void servePackets(Vertx vertx, Endpoint endpoint) throws Exception {
        var socket = vertx.createDatagramSocket();
        socket.handler(
                packet -> {
                    var from = packet.sender();
                    var _ = socket.send(packet.data(), from.port(), from.hostAddress());
                });
        socket.listen(endpoint.port(), "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }
}
