package socketserver;

import socketserver.request.HandlerFactory;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.InetSocketAddress;

/// A server of TCP connections with a process for each request: Python's `ForkingTCPServer`.
public class ForkingTcpServer extends TcpServer implements ForkingMixIn {
    private static final long serialVersionUID = 1;

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public ForkingTcpServer(
            InetSocketAddress address, RequestHandler<? super StreamRequest> handler)
            throws IOException {
        super(address, handler);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public ForkingTcpServer(
            InetSocketAddress address,
            RequestHandler<? super StreamRequest> handler,
            ServerOptions options)
            throws IOException {
        super(address, handler, options);
    }

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public ForkingTcpServer(InetSocketAddress address, HandlerFactory<StreamRequest> handlers)
            throws IOException {
        super(address, handlers);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public ForkingTcpServer(
            InetSocketAddress address,
            HandlerFactory<StreamRequest> handlers,
            ServerOptions options)
            throws IOException {
        super(address, handlers, options);
    }
}
