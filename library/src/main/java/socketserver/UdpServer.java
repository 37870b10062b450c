package socketserver;

import socketserver.request.DatagramRequest;
import socketserver.request.HandlerFactory;
import socketserver.request.RequestHandler;
import socketserver.transport.Engine;
import socketserver.transport.Listener;

import java.io.IOException;
import java.net.InetSocketAddress;

/// A server of UDP packets, IPv4 and IPv6: Python's `UDPServer`.
///
/// The wildcard address takes both (dual stack); the option `addressFamily` restricts it to IPv4.
///
/// @see ThreadingUdpServer
public class UdpServer extends DatagramServer {
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

    @Override
    final Listener<DatagramRequest> open(Engine engine) throws IOException {
        return engine.openDatagram(familyOf(address()), maxPacketSize());
    }

    @Override
    final Listener<DatagramRequest> adopt(Engine engine, int descriptor) throws IOException {
        return engine.adoptDatagram(internetFamilies(), descriptor, maxPacketSize());
    }
}
