package socketserver.benchmark.server;

import socketserver.benchmark.address.Endpoint;
import socketserver.benchmark.address.Family;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// The JDK's channels, set up as the other servers set up theirs.
final class JdkSockets {
    static final int BACKLOG = 4096;

    private JdkSockets() {}

    static ServerSocketChannel listen(Endpoint endpoint) throws IOException {
        return switch (endpoint.family()) {
            case TCP -> ServerSocketChannel.open().bind(endpoint.inetAddress(), BACKLOG);
            case UNIX ->
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                            .bind(UnixDomainSocketAddress.of(endpoint.path()), BACKLOG);
            case TLS, UDP, UNIXGRAM ->
                    throw new UnsupportedOperationException(
                            endpoint.family() + " has no streams of its own");
        };
    }

    static void tune(Endpoint endpoint, SocketChannel channel) throws IOException {
        if (endpoint.family() == Family.TCP) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }
}
