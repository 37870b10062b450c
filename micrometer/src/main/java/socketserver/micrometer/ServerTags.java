package socketserver.micrometer;

import io.micrometer.core.instrument.Tags;

import socketserver.BaseServer;
import socketserver.ListeningServer;
import socketserver.TcpServer;
import socketserver.UdpServer;
import socketserver.UnixDatagramServer;
import socketserver.UnixStreamServer;
import socketserver.request.UnixAddress;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

/// What tells a server from others.
///
/// Each has all the keys, because Prometheus takes meters of one name with the same keys only.
final class ServerTags {
    private static final String NONE = "none";

    private ServerTags() {}

    /// {@return the tags of that server}
    ///
    /// @throws IllegalStateException if it has no address yet
    static Tags of(BaseServer<?> server) {
        SocketAddress address = server.address();
        if (server instanceof ListeningServer && isUnbound(address)) {
            throw new IllegalStateException(
                    "%s is not bound: call serverBind() before bindTo()".formatted(server));
        }
        return Tags.of(
                "server.address",
                host(address),
                "server.port",
                address instanceof InetSocketAddress internet
                        ? Integer.toString(internet.getPort())
                        : NONE,
                "network.transport",
                transport(server),
                "engine",
                server instanceof ListeningServer<?> listening ? listening.engine() : NONE);
    }

    /// {@return whether the kernel has yet to choose the address}
    private static boolean isUnbound(SocketAddress address) {
        return switch (address) {
            case InetSocketAddress internet -> internet.getPort() == 0;
            case UnixAddress unix -> unix.isUnnamed();
            default -> false;
        };
    }

    private static String host(SocketAddress address) {
        return switch (address) {
            case InetSocketAddress internet -> internet.getHostString();
            case UnixAddress unix -> unix.isAbstract() ? "@" + unix.name() : unix.name();
            default -> address.toString();
        };
    }

    private static String transport(BaseServer<?> server) {
        return switch (server) {
            case TcpServer _ -> "tcp";
            case UdpServer _ -> "udp";
            case UnixStreamServer _ -> "unix";
            case UnixDatagramServer _ -> "unixgram";
            default -> NONE;
        };
    }
}
