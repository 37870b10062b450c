package socketserver;

import socketserver.request.DatagramRequest;
import socketserver.request.HandlerFactory;
import socketserver.request.RequestHandler;
import socketserver.transport.Engine;
import socketserver.transport.Listener;
import socketserver.transport.Membership;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Objects;

/// A server of UDP packets, IPv4 and IPv6: Python's `UDPServer`.
///
/// The wildcard address takes both (dual stack); the option `addressFamily` restricts it to IPv4.
///
/// @see ThreadingUdpServer
public class UdpServer extends DatagramServer {
    /// Makes the copy of a server in a child process; called by Java's serialization alone.
    ///
    /// @throws IllegalStateException otherwise
    protected UdpServer() {}

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public UdpServer(InetSocketAddress address, RequestHandler<? super DatagramRequest> handler)
            throws IOException {
        this(address, handler, ServerOptions.DEFAULT);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public UdpServer(
            InetSocketAddress address,
            RequestHandler<? super DatagramRequest> handler,
            ServerOptions options)
            throws IOException {
        super(address, handler, options);
    }

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public UdpServer(InetSocketAddress address, HandlerFactory<DatagramRequest> handlers)
            throws IOException {
        this(address, handlers, ServerOptions.DEFAULT);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public UdpServer(
            InetSocketAddress address,
            HandlerFactory<DatagramRequest> handlers,
            ServerOptions options)
            throws IOException {
        this(address, handlers.toHandler(), options);
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) super.address();
    }

    /// Takes the packets of a multicast group, too, whoever sends them; at any time while the
    /// server is bound, from any thread. Joining again does nothing. In Python that is
    /// `setsockopt(IP_ADD_MEMBERSHIP)` or `IPV6_JOIN_GROUP`.
    ///
    /// The server is bound to the wildcard address or to the group's own, since packets of a group
    /// do not come to other addresses. A wildcard server takes groups of IPv4 and of IPv6. All
    /// groups are left at close.
    ///
    /// @param group the group's address, 224.0.0.0/4 or ff00::/8
    /// @param via the interface that its packets come in by
    /// @throws IllegalArgumentException if that is no multicast address, or not of the family of
    ///   the server's socket
    /// @throws IllegalStateException if the server is not bound, or has joined the group for single
    ///   senders
    /// @throws IOException if the system refuses: `ENOBUFS` when it has too many
    public void join(InetAddress group, NetworkInterface via) throws IOException {
        bound().join(new Membership(group, via, null));
    }

    /// Takes the packets that one sender sends to a multicast group, too (source-specific
    /// multicast, RFC 4607, for which 232.0.0.0/8 and ff3x::/32 are set aside). It may be called
    /// for several senders.
    ///
    /// @param group the group's address
    /// @param via the interface that its packets come in by
    /// @param source the address of the sender
    /// @throws IllegalArgumentException if the group's is no multicast address, the source's is not
    ///   that of one sender, or they are not of the family of the server's socket
    /// @throws IllegalStateException if the server is not bound, or has joined the group for all
    ///   senders
    /// @throws IOException if the system refuses: `ENOBUFS` when it has too many
    public void join(InetAddress group, NetworkInterface via, InetAddress source)
            throws IOException {
        bound().join(new Membership(group, via, Objects.requireNonNull(source, "source")));
    }

    /// Takes the packets of a multicast group no more.
    ///
    /// @throws IllegalArgumentException if that is no multicast address
    /// @throws IllegalStateException if the server is not bound, or has not joined the group so
    /// @throws IOException if the system refuses
    public void leave(InetAddress group, NetworkInterface via) throws IOException {
        bound().leave(new Membership(group, via, null));
    }

    /// Takes the packets that one sender sends to a multicast group no more.
    ///
    /// @throws IllegalArgumentException if those are no such addresses
    /// @throws IllegalStateException if the server is not bound, or has not joined the group so
    /// @throws IOException if the system refuses
    public void leave(InetAddress group, NetworkInterface via, InetAddress source)
            throws IOException {
        bound().leave(new Membership(group, via, Objects.requireNonNull(source, "source")));
    }

    @Override
    final Listener<DatagramRequest> open(Engine engine) throws IOException {
        return engine.openDatagram(familyOf(address()), maxPacketSize());
    }

    @Override
    final Listener<DatagramRequest> adopt(Engine engine, int descriptor) throws IOException {
        return engine.adoptDatagram(internetFamilies(), descriptor, maxPacketSize());
    }
}
