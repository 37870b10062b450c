package socketserver;

import socketserver.request.DatagramRequest;
import socketserver.request.HandlerFactory;
import socketserver.request.RequestHandler;
import socketserver.request.UnixAddress;

import java.io.IOException;

/// A server of Unix datagrams with one loop for all requests; Python has none.
///
/// @see socketserver.concurrency.SelectorModel
public class SelectorUnixDatagramServer extends UnixDatagramServer implements SelectorMixIn {
    /// Makes the copy of a server in a child process; called by Java's serialization alone.
    ///
    /// @throws IllegalStateException otherwise
    protected SelectorUnixDatagramServer() {}

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public SelectorUnixDatagramServer(
            UnixAddress address, RequestHandler<? super DatagramRequest> handler)
            throws IOException {
        super(address, handler);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public SelectorUnixDatagramServer(
            UnixAddress address,
            RequestHandler<? super DatagramRequest> handler,
            ServerOptions options)
            throws IOException {
        super(address, handler, options);
    }

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public SelectorUnixDatagramServer(UnixAddress address, HandlerFactory<DatagramRequest> handlers)
            throws IOException {
        super(address, handlers);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public SelectorUnixDatagramServer(
            UnixAddress address, HandlerFactory<DatagramRequest> handlers, ServerOptions options)
            throws IOException {
        super(address, handlers, options);
    }
}
