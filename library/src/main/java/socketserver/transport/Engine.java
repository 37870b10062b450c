package socketserver.transport;

import socketserver.request.DatagramRequest;
import socketserver.request.Server;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.util.Set;

/// A way to the sockets of the operating system.
public interface Engine {
    /// {@return the engine for a new server}
    ///
    /// It is the linux engine where that can be used, and else the jdk engine. The system property
    /// `socketserver.engine` forces one.
    ///
    /// @throws IllegalArgumentException if the property names none
    /// @throws UnsupportedOperationException if the property names one that cannot be used here
    static Engine chosen() {
        String forced = System.getProperty("socketserver.engine");
        if (forced == null) {
            return DefaultEngine.INSTANCE;
        }
        return switch (forced) {
            case "jdk" -> JdkEngine.INSTANCE;
            case "linux" -> LinuxEngine.instance();
            default ->
                    throw new IllegalArgumentException(
                            "system property socketserver.engine (%s) must be jdk or linux"
                                    .formatted(forced));
        };
    }

    /// {@return `jdk` or `linux`}
    String name();

    /// {@return a stream listener that is not bound yet}
    ///
    /// @param family `INET` for IPv4 only, `INET6` for IPv6 and, on the wildcard address, both
    Listener<StreamRequest> openStream(StandardProtocolFamily family) throws IOException;

    /// {@return a datagram socket that is not bound yet}
    ///
    /// @param family `INET` for IPv4 only, `INET6` for IPv6 and, on the wildcard address, both
    /// @param maxPacketSize how many bytes of a packet are kept
    /// @throws UnsupportedOperationException if the engine lacks the family
    Listener<DatagramRequest> openDatagram(StandardProtocolFamily family, int maxPacketSize)
            throws IOException;

    /// {@return a connection with the Unix stream socket at that address}
    ///
    /// @param server what it is of here
    /// @throws UnsupportedOperationException if the engine cannot do it
    default StreamRequest connect(Server server, UnixAddress address) throws IOException {
        throw new UnsupportedOperationException("the " + name() + " engine connects to nothing");
    }

    /// Sends a datagram to the Unix socket at that address, from an unnamed one; never waits.
    ///
    /// @throws IOException if nobody is there, or can take it now
    /// @throws UnsupportedOperationException if the engine cannot do it
    default void send(UnixAddress to, byte[] datagram) throws IOException {
        throw new UnsupportedOperationException(
                "the " + name() + " engine sends no Unix datagrams");
    }

    /// {@return two connections with each other, within this process}
    ///
    /// @param server what they are of
    /// @throws UnsupportedOperationException if the engine cannot do it
    default Pair pair(Server server) throws IOException {
        throw new UnsupportedOperationException("the " + name() + " engine makes no pairs");
    }

    /// {@return what waits for many sockets of this engine}
    Multiplexer openMultiplexer() throws IOException;

    /// Two connections with each other.
    record Pair(StreamRequest one, StreamRequest other) implements AutoCloseable {
        @Override
        public void close() {
            one.close();
            other.close();
        }
    }

    /// {@return what an open socket is}
    ///
    /// @throws java.net.SocketException if it is no socket, or one of another kind
    /// @throws UnsupportedOperationException if the engine cannot tell
    SocketKind kindOf(int descriptor) throws IOException;

    /// {@return the listener of a stream socket that is open, bound and listening already; or is
    /// one connection, the only one then}
    ///
    /// @param families those that the socket may have
    /// @throws java.net.SocketException if it is no such socket; it is left as it is then
    /// @throws UnsupportedOperationException if the engine cannot do it
    Listener<StreamRequest> adoptStream(Set<StandardProtocolFamily> families, int descriptor)
            throws IOException;

    /// {@return the listener of a datagram socket that is open and bound already}
    ///
    /// @param families those that the socket may have
    /// @param maxPacketSize how many bytes of a packet are kept
    /// @throws java.net.SocketException if it is no such socket; it is left as it is then
    /// @throws UnsupportedOperationException if the engine cannot do it
    Listener<DatagramRequest> adoptDatagram(
            Set<StandardProtocolFamily> families, int descriptor, int maxPacketSize)
            throws IOException;
}
