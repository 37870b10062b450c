package socketserver;

import socketserver.request.HandlerFactory;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.transport.Listener;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.util.Set;

/// A server of TCP connections, IPv4 and IPv6: Python's `TCPServer`.
///
/// The wildcard address takes both (dual stack); the option `addressFamily` restricts it to IPv4. A
/// name stands for the first of its addresses alone: `localhost` is `127.0.0.1` on most machines.
///
/// @see ThreadingTcpServer
public class TcpServer extends StreamServer {
    /// Makes the copy of a server in a child process; called by Java's serialization alone.
    ///
    /// @throws IllegalStateException otherwise
    protected TcpServer() {}

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public TcpServer(InetSocketAddress address, RequestHandler<? super StreamRequest> handler)
            throws IOException {
        this(address, handler, ServerOptions.DEFAULT);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public TcpServer(
            InetSocketAddress address,
            RequestHandler<? super StreamRequest> handler,
            ServerOptions options)
            throws IOException {
        super(address, handler, options);
    }

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public TcpServer(InetSocketAddress address, HandlerFactory<StreamRequest> handlers)
            throws IOException {
        this(address, handlers, ServerOptions.DEFAULT);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public TcpServer(
            InetSocketAddress address,
            HandlerFactory<StreamRequest> handlers,
            ServerOptions options)
            throws IOException {
        this(address, handlers.toHandler(), options);
    }

    @Override
    public InetSocketAddress address() {
        return (InetSocketAddress) super.address();
    }

    @Override
    final StandardProtocolFamily family() throws IOException {
        return familyOf(address());
    }

    @Override
    final Set<StandardProtocolFamily> families() {
        return internetFamilies();
    }

    @Override
    final void optionsOf(Listener<StreamRequest> listener) throws IOException {
        if (options().socket().noDelay()) {
            listener.optionOfAccepted(StandardSocketOptions.TCP_NODELAY, true);
        }
        if (options().socket().keepAlive()) {
            listener.optionOfAccepted(StandardSocketOptions.SO_KEEPALIVE, true);
        }
    }
}
