package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.DatagramRequest;
import socketserver.request.HandlerFactory;
import socketserver.request.RequestHandler;
import socketserver.request.UnixAddress;
import socketserver.transport.Engine;
import socketserver.transport.Listener;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.util.Set;

/// A server of Unix datagrams: Python's `UnixDatagramServer`.
///
/// It takes the linux engine: Linux, and a JVM that was started with
/// `--enable-native-access=socketserver` (`ALL-UNNAMED` if the library is on the class path).
/// Otherwise binding it throws an [UnsupportedOperationException] that says what is missing.
///
/// A client is answered only if it has bound its own socket, to a path, an abstract name or one of
/// the kernel's choice; otherwise a reply throws a [socketserver.request.DisconnectedException].
/// The kernel loses no packets but lets senders wait: a reply to a client whose queue is full waits
/// for at most 1 s, and then throws a [java.net.SocketTimeoutException].
///
/// What clients have not read fills the server's send buffer: 2 MiB, or twice `net.core.wmem_max`
/// if that is less, unless the option `SO_SNDBUF` says otherwise. Clients that read nothing can
/// fill it together; nobody is answered then until they read or close. Whom one does not trust one
/// serves by [UnixStreamServer].
///
/// A socket file that a dead server has left at the path is replaced; a live server's is not. The
/// path is removed at close if it is still this server's (Python leaves it). Abstract names have no
/// file. On [UnixAddress#unnamed()] the server gets an abstract name of the kernel's choice.
///
/// @see ThreadingUnixDatagramServer
public class UnixDatagramServer extends DatagramServer {
    // Set by serverBind(), in the constructor usually: no initializer may follow.
    private volatile @Nullable UnixPath path;

    /// Makes the copy of a server in a child process; called by Java's serialization alone.
    ///
    /// @throws IllegalStateException otherwise
    protected UnixDatagramServer() {}

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public UnixDatagramServer(UnixAddress address, RequestHandler<? super DatagramRequest> handler)
            throws IOException {
        this(address, handler, ServerOptions.DEFAULT);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public UnixDatagramServer(
            UnixAddress address,
            RequestHandler<? super DatagramRequest> handler,
            ServerOptions options)
            throws IOException {
        super(address, handler, options);
    }

    /// Makes a server with default options and binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public UnixDatagramServer(UnixAddress address, HandlerFactory<DatagramRequest> handlers)
            throws IOException {
        this(address, handlers, ServerOptions.DEFAULT);
    }

    /// Makes a server and, unless the options say otherwise, binds it to the address.
    ///
    /// @throws IOException if it cannot be bound; nothing stays open then
    public UnixDatagramServer(
            UnixAddress address, HandlerFactory<DatagramRequest> handlers, ServerOptions options)
            throws IOException {
        this(address, handlers.toHandler(), options);
    }

    @Override
    public UnixAddress address() {
        return (UnixAddress) super.address();
    }

    @Override
    final Listener<DatagramRequest> open(Engine engine) throws IOException {
        return engine.openDatagram(StandardProtocolFamily.UNIX, maxPacketSize());
    }

    @Override
    final Listener<DatagramRequest> adopt(Engine engine, int descriptor) throws IOException {
        return engine.adoptDatagram(
                Set.of(StandardProtocolFamily.UNIX), descriptor, maxPacketSize());
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
