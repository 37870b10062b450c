package socketserver.transport;

import socketserver.request.DatagramRequest;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.StandardProtocolFamily;

/// A way to the sockets of the operating system.
public interface Engine {
    /// {@return the engine that this process uses}
    ///
    /// The system property `socketserver.engine` forces one.
    ///
    /// @throws IllegalArgumentException if the property names none
    static Engine chosen() {
        String forced = System.getProperty("socketserver.engine", "jdk");
        if (!forced.equals("jdk")) {
            throw new IllegalArgumentException(
                    "system property socketserver.engine (%s) must be jdk".formatted(forced));
        }
        return JdkEngine.INSTANCE;
    }

    /// {@return `jdk`}
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
}
