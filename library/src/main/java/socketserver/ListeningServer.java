package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.transport.Engine;
import socketserver.transport.Listener;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;

/// A server whose requests come from a socket of one of the engines: what the four families share.
public abstract class ListeningServer<R extends Request> extends BaseServer<R> {
    private final Engine engine = Engine.chosen();
    // Set by serverBind().
    private volatile @Nullable Listener<R> listener;
    // What was accepted and not handed on yet; the serving thread's alone.
    private @Nullable R taken;

    ListeningServer() {}

    @SuppressWarnings(
            "this-escape") // the constructor binds, as Python's does; the hooks' Javadoc says so
    ListeningServer(SocketAddress address, RequestHandler<? super R> handler, ServerOptions options)
            throws IOException {
        super(address, handler, options);
        if (options.bindAndActivate()) {
            try {
                serverBind();
                serverActivate();
            } catch (Throwable thrown) {
                close();
                throw thrown;
            }
        }
    }

    /// {@return an open socket that is not bound yet}
    abstract Listener<R> open(Engine engine) throws IOException;

    /// {@return a listener upon a socket that is open and bound already}
    abstract Listener<R> adopt(Engine engine, int descriptor) throws IOException;

    /// {@return the engine that the server's socket belongs to: `jdk` or `linux`}
    public final String engine() {
        return engine.name();
    }

    /// {@return the address that was given, or once it is bound the one that it listens on;
    /// Python's `server_address`}
    @Override
    public SocketAddress address() {
        Listener<R> bound = listener;
        return bound == null ? super.address() : bound.address();
    }

    /// {@return how many connections may wait in the kernel to be accepted; Python's
    /// `request_queue_size`}
    ///
    /// Asked when the server is bound, as the next three are: an override must not rely on fields.
    public int requestQueueSize() {
        return options().socket().requestQueueSize();
    }

    /// {@return whether a port may be bound whose old connections are not quite forgotten yet, or
    /// null for the system's default; Python's `allow_reuse_address`}
    public @Nullable Boolean allowReuseAddress() {
        return options().socket().reuseAddress();
    }

    /// {@return whether several sockets may be bound to one port; Python's `allow_reuse_port`}
    public boolean allowReusePort() {
        return options().socket().reusePort();
    }

    /// {@return `INET` for IPv4 only, `INET6` for IPv6, or null for what the address is; Python's
    /// `address_family`}
    public @Nullable StandardProtocolFamily addressFamily() {
        return options().socket().addressFamily();
    }

    /// {@return the number of the server's socket, by which it can be given to another process that
    /// serves it, too, or goes on alone: [SocketSettings#withDescriptor(Integer)]}
    ///
    /// It is open as long as this server is. From now on, closing the server ends nothing that
    /// others do with the socket.
    ///
    /// @throws IllegalStateException if the server is not bound or closed
    /// @throws UnsupportedOperationException on the jdk engine
    public final int descriptor() {
        requireOpen();
        return bound().share();
    }

    /// Says whether closing the server removes the path of its socket; at first, if this server has
    /// bound it. Internet sockets and abstract names have none.
    ///
    /// When a socket changes hands the new server says true, and the old one false: whoever closes
    /// last removes the path.
    ///
    /// @throws IOException if the path cannot be looked at
    public void removesPath(boolean removes) throws IOException {}

    /// Opens the socket, sets its options and binds it; a stream socket listens from then on.
    /// Python's `server_bind`.
    ///
    /// If the settings name a descriptor, that is the socket, and nothing is bound.
    ///
    /// @throws IllegalStateException if it was bound or closed before
    @Override
    public void serverBind() throws IOException {
        requireOpen();
        if (listener != null) {
            throw new IllegalStateException("server is already bound to " + address());
        }
        Integer descriptor = options().socket().descriptor();
        Listener<R> opened = descriptor == null ? open(engine) : adopt(engine, descriptor);
        try {
            if (descriptor == null) {
                prepare(opened);
            }
            for (Map.Entry<SocketOption<?>, Object> each :
                    options().socket().options().entrySet()) {
                option(opened, each.getKey(), each.getValue());
            }
            optionsOf(opened);
            if (descriptor == null) {
                opened.bind(super.address(), requestQueueSize());
            }
            listener = opened;
        } catch (BindException refused) {
            opened.close();
            String message = refused.getMessage() + ": " + super.address();
            throw (BindException) new BindException(message).initCause(refused);
        } catch (Throwable thrown) {
            opened.close();
            throw thrown;
        }
    }

    /// Sets what options the family has of its own.
    void optionsOf(Listener<R> opened) throws IOException {}

    /// Sets what an adopted socket keeps as it is.
    private void prepare(Listener<R> opened) throws IOException {
        Boolean reuseAddress = allowReuseAddress();
        if (reuseAddress != null) {
            opened.option(StandardSocketOptions.SO_REUSEADDR, reuseAddress);
        }
        if (allowReusePort()) {
            opened.option(StandardSocketOptions.SO_REUSEPORT, true);
        }
        Set<PosixFilePermission> permissions = options().socket().unixPermissions();
        if (permissions != null) {
            opened.restrict(permissions);
        }
    }

    @SuppressWarnings("unchecked") // SocketSettings takes a value with an option of its type only
    private static <T> void option(Listener<?> opened, SocketOption<T> option, Object value)
            throws IOException {
        opened.option(option, (T) value);
    }

    @Override
    final void requireBound() {
        bound();
    }

    @Override
    final Listener<R> listener() {
        return bound();
    }

    @Override
    final Engine usedEngine() {
        return engine;
    }

    @Override
    final boolean waitsVirtually() {
        return bound().waitsVirtually();
    }

    final Listener<R> bound() {
        Listener<R> bound = listener;
        if (bound == null) {
            requireOpen();
            throw new IllegalStateException(
                    "server is not bound: call serverBind() and serverActivate() first");
        }
        return bound;
    }

    @Override
    boolean hasTaken() {
        return bound().hasTakenAhead();
    }

    @Override
    protected boolean awaitRequest(long nanos) throws IOException {
        return bound().await(nanos);
    }

    @Override
    protected @Nullable R getRequest() throws IOException {
        R request = bound().accept(this);
        taken = request;
        return request;
    }

    /// Says that what was accepted is kept for later.
    final void kept() {
        taken = null;
    }

    @Override
    final @Nullable R takeRequest() throws IOException {
        R request = null;
        try {
            request = getRequest();
            return request;
        } finally {
            R left = taken;
            taken = null;
            if (request == null && left != null) {
                left.close();
            }
        }
    }

    @Override
    protected void wakeUp() {
        Listener<R> bound = listener;
        if (bound != null) {
            bound.wakeUp();
        }
    }

    @Override
    protected void closeListener() throws IOException {
        Listener<R> bound = listener;
        if (bound != null) {
            bound.close();
        }
    }

    /// {@return the families that a socket of an Internet server may have}
    final Set<StandardProtocolFamily> internetFamilies() {
        StandardProtocolFamily chosen = addressFamily();
        return chosen == null
                ? Set.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6)
                : Set.of(chosen);
    }

    /// {@return the family of a socket for that address}
    ///
    /// @throws UnknownHostException if the address has a name that was not found
    /// @throws IllegalArgumentException if the address is not of the family that was chosen
    final StandardProtocolFamily familyOf(InetSocketAddress address) throws UnknownHostException {
        if (address.isUnresolved()) {
            throw new UnknownHostException(address.getHostString());
        }
        StandardProtocolFamily chosen = addressFamily();
        if (chosen == StandardProtocolFamily.INET
                && !(address.getAddress() instanceof Inet4Address)) {
            throw new IllegalArgumentException(
                    "address %s must be of IPv4 if addressFamily is INET".formatted(address));
        }
        if (chosen != null) {
            return chosen;
        }
        return address.getAddress() instanceof Inet4Address
                        && !address.getAddress().isAnyLocalAddress()
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6;
    }
}
