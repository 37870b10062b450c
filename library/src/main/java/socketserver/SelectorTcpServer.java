package socketserver;

import socketserver.request.HandlerFactory;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.InetSocketAddress;

/// A server of TCP connections with one loop for all requests; Python has none.
///
/// @see socketserver.concurrency.SelectorModel
public class SelectorTcpServer extends TcpServer implements SelectorMixIn {
    /// Makes the copy of a server in a child process; called by Java's serialization alone.
    ///
    /// @throws IllegalStateException otherwise
    protected SelectorTcpServer() {}

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public SelectorTcpServer(
            InetSocketAddress address, RequestHandler<? super StreamRequest> handler)
            throws IOException {
        super(address, handler);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public SelectorTcpServer(
            InetSocketAddress address,
            RequestHandler<? super StreamRequest> handler,
            ServerOptions options)
            throws IOException {
        super(address, handler, options);
    }

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public SelectorTcpServer(InetSocketAddress address, HandlerFactory<StreamRequest> handlers)
            throws IOException {
        super(address, handlers);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public SelectorTcpServer(
            InetSocketAddress address,
            HandlerFactory<StreamRequest> handlers,
            ServerOptions options)
            throws IOException {
        super(address, handlers, options);
    }
}
