package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.DatagramRequest;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.Set;

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
            throw lacks("Unix datagrams");
        }
        boolean both = family == StandardProtocolFamily.INET6;
        return new JdkDatagramListener(
                both ? DatagramChannel.open() : DatagramChannel.open(family), maxPacketSize);
    }

    @Override
    public SocketKind kindOf(int descriptor) {
        throw lacksDescriptors(descriptor);
    }

    @Override
    public Listener<StreamRequest> adoptStream(
            Set<StandardProtocolFamily> families, int descriptor) {
        throw lacksDescriptors(descriptor);
    }

    @Override
    public Listener<DatagramRequest> adoptDatagram(
            Set<StandardProtocolFamily> families, int descriptor, int maxPacketSize) {
        throw lacksDescriptors(descriptor);
    }

    private static UnsupportedOperationException lacksDescriptors(int descriptor) {
        return lacks("way to serve an open descriptor (%d)".formatted(descriptor));
    }

    @Override
    public Multiplexer openMultiplexer() throws IOException {
        return new JdkMultiplexer();
    }

    /// {@return what to throw when asked for something that only the linux engine has}
    static UnsupportedOperationException lacks(String what) {
        String missing = LinuxEngine.missing();
        String why = missing == null ? "system property socketserver.engine is jdk" : missing;
        return new UnsupportedOperationException(
                "the jdk engine has no %s; the linux engine has, but %s".formatted(what, why));
    }

    /// Sets an option of a channel.
    static <T> void set(NetworkChannel channel, SocketOption<T> option, T value)
            throws IOException {
        try {
            channel.setOption(option, value);
        } catch (UnsupportedOperationException thrown) {
            throw explained(thrown, option);
        }
    }

    /// {@return the value of an option of a channel}
    static <T> @Nullable T get(NetworkChannel channel, SocketOption<T> option) throws IOException {
        try {
            return channel.getOption(option);
        } catch (UnsupportedOperationException thrown) {
            throw explained(thrown, option);
        }
    }

    private static UnsupportedOperationException explained(
            UnsupportedOperationException thrown, SocketOption<?> option) {
        return LinuxOption.exists(option) ? lacks("option " + option.name() + " here") : thrown;
    }

    /// {@return the address as the JDK's channels know it}
    static SocketAddress toJdk(SocketAddress address) {
        if (!(address instanceof UnixAddress unix)) {
            return address;
        }
        Path path = unix.path();
        if (path == null) {
            throw lacks("abstract or unnamed Unix addresses (%s)".formatted(unix));
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
