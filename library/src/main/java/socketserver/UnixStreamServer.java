package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.HandlerFactory;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.util.Set;

/// A server of Unix stream connections: Python's `UnixStreamServer`.
///
/// A socket file that a dead server has left at the path is replaced; a live server's is not. The
/// path is removed at close if it is still this server's (Python leaves it).
///
/// On the linux engine it also serves abstract names, which have no file and nobody's permissions
/// keep clients from (see [socketserver.request.StreamRequest#credentials()]), and
/// [UnixAddress#unnamed()], for which the kernel chooses an abstract name; on the jdk engine,
/// binding them throws an [UnsupportedOperationException] that says what is missing.
///
/// @see ThreadingUnixStreamServer
public class UnixStreamServer extends StreamServer {
    // Set by serverBind(), in the constructor usually: no initializer may follow.
    private volatile @Nullable UnixPath path;

    /// Makes the copy of a server in a child process; called by Java's serialization alone.
    ///
    /// @throws IllegalStateException otherwise
    protected UnixStreamServer() {}

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public UnixStreamServer(UnixAddress address, RequestHandler<? super StreamRequest> handler)
            throws IOException {
        this(address, handler, ServerOptions.DEFAULT);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public UnixStreamServer(
            UnixAddress address,
            RequestHandler<? super StreamRequest> handler,
            ServerOptions options)
            throws IOException {
        super(address, handler, options);
    }

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public UnixStreamServer(UnixAddress address, HandlerFactory<StreamRequest> handlers)
            throws IOException {
        this(address, handlers, ServerOptions.DEFAULT);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public UnixStreamServer(
            UnixAddress address, HandlerFactory<StreamRequest> handlers, ServerOptions options)
            throws IOException {
        this(address, handlers.toHandler(), options);
    }

    @Override
    public UnixAddress address() {
        return (UnixAddress) super.address();
    }

    @Override
    final StandardProtocolFamily family() {
        return StandardProtocolFamily.UNIX;
    }

    @Override
    final Set<StandardProtocolFamily> families() {
        return Set.of(StandardProtocolFamily.UNIX);
    }

    /// Binds the socket to its path, replaces a stale one, and sets its permissions; Python's
    /// `server_bind`.
    ///
    /// If the settings name a descriptor, its path is left as it is.
    ///
    /// On the jdk engine, between the binding and the permissions the process's umask decides who
    /// may connect.
    ///
    /// @throws java.net.BindException if a live server has the path, or it is not a socket
    @Override
    public void serverBind() throws IOException {
        if (options().socket().descriptor() != null) {
            super.serverBind();
            return;
        }
        path = UnixPath.bind(address(), options().socket().unixPermissions(), super::serverBind);
    }

    @Override
    public void removesPath(boolean removes) throws IOException {
        UnixPath bound = path;
        path = !removes ? null : bound == null ? UnixPath.of(address()) : bound;
    }

    @Override
    protected void closeListener() throws IOException {
        UnixPath bound = path;
        path = null;
        try {
            if (bound != null) {
                bound.remove();
            }
        } finally {
            super.closeListener();
        }
    }
}
