package socketserver.transport;

import socketserver.request.DatagramRequest;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;

/// The engine upon `java.nio.channels`: everywhere, without flags.
final class JdkEngine implements Engine {
    static final JdkEngine INSTANCE = new JdkEngine();

    private JdkEngine() {}

    @Override
    public String name() {
        return "jdk";
    }

    @Override
    public Listener<StreamRequest> openStream(StandardProtocolFamily family) throws IOException {
        // Without a family it is one for both, or for IPv4 where the system has no IPv6.
        boolean both = family == StandardProtocolFamily.INET6;
        return new JdkStreamListener(
                both ? ServerSocketChannel.open() : ServerSocketChannel.open(family));
    }

    @Override
    public Listener<DatagramRequest> openDatagram(StandardProtocolFamily family, int maxPacketSize)
            throws IOException {
        if (family == StandardProtocolFamily.UNIX) {
            throw new UnsupportedOperationException(
                    "the jdk engine has no Unix datagrams: java.nio.channels.DatagramChannel knows"
                            + " IPv4 and IPv6 only");
        }
        boolean both = family == StandardProtocolFamily.INET6;
        return new JdkDatagramListener(
                both ? DatagramChannel.open() : DatagramChannel.open(family), maxPacketSize);
    }

    /// {@return the address as the JDK's channels know it}
    static SocketAddress toJdk(SocketAddress address) {
        if (!(address instanceof UnixAddress unix)) {
            return address;
        }
        Path path = unix.path();
        if (path == null) {
            throw new UnsupportedOperationException(
                    "the jdk engine has no abstract or unnamed Unix addresses (%s):".formatted(unix)
                            + " java.net.UnixDomainSocketAddress knows paths only");
        }
        return UnixDomainSocketAddress.of(path);
    }

    /// {@return the address as this library knows it}
    static SocketAddress fromJdk(SocketAddress address) {
        if (!(address instanceof UnixDomainSocketAddress unix)) {
            return address;
        }
        String path = unix.getPath().toString();
        return path.isEmpty() ? UnixAddress.unnamed() : UnixAddress.of(path);
    }
}
