package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.Attribute;
import socketserver.request.DisconnectedException;
import socketserver.request.HandshakeException;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.TlsSession;
import socketserver.tls.TlsContext;
import socketserver.tls.TlsSettings;
import socketserver.transport.Engine;
import socketserver.transport.Listener;
import socketserver.transport.MultiplexedStream;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A server of connections: what TCP and Unix stream servers share.
public abstract class StreamServer extends ListeningServer<StreamRequest> {
    private static final Attribute<Boolean> VERIFIED = Attribute.named("verified peer");
    // So many connections of proxies are accepted without a look at anything else.
    private static final int MOST_AT_ONCE = 64;

    private final ProxyGate gate;
    // Whether there may be more to accept though none was returned. The serving thread's alone.
    private boolean more;
    // Those whose handshakes are not done, if all begin with one.
    private final Set<Request> unsecured = ConcurrentHashMap.newKeySet();
    // The copy in a child process finds its own when it first needs one. Set once in the server.
    private volatile @Nullable TlsContext tls;

    StreamServer() {
        gate = new ProxyGate();
        tls = null;
        super();
    }

    StreamServer(
            SocketAddress address,
            RequestHandler<? super StreamRequest> handler,
            ServerOptions options)
            throws IOException {
        // Before the server may be closed because it cannot be bound.
        gate = new ProxyGate();
        TlsSettings settings = options.tls();
        tls = settings == null ? null : TlsContext.load(settings);
        super(address, handler, options);
    }

    /// {@return the family of the listening socket}
    abstract StandardProtocolFamily family() throws IOException;

    @Override
    final Listener<StreamRequest> open(Engine engine) throws IOException {
        return engine.openStream(family());
    }

    @Override
    final boolean holdsDescriptors() {
        return true;
    }

    /// {@return the families that an adopted socket may have}
    abstract Set<StandardProtocolFamily> families();

    @Override
    final Listener<StreamRequest> adopt(Engine engine, int descriptor) throws IOException {
        return engine.adoptStream(families(), descriptor);
    }

    @Override
    final boolean hasRequest() {
        return more || gate.hasNext();
    }

    @Override
    final boolean hasTaken() {
        return gate.hasNext();
    }

    @Override
    final boolean awaitsTaken() {
        return !gate.isEmpty();
    }

    @Override
    protected boolean awaitRequest(long nanos) throws IOException {
        return hasRequest() || super.awaitRequest(nanos) || hasRequest();
    }

    /// Accepts the next connection and gives it the deadlines of the options; Python's
    /// `get_request`.
    ///
    /// A proxy's connection comes when its header is in.
    @Override
    protected @Nullable StreamRequest getRequest() throws IOException {
        StreamRequest request = gate.next();
        more = false;
        for (int proxies = 1; request == null && !more; proxies++) {
            request = super.getRequest();
            if (request == null) {
                return null;
            }
            if (gate.keeps(this, request)) {
                kept();
                request = null;
                more = proxies == MOST_AT_ONCE;
            }
        }
        if (request != null) {
            request.deadlines(options().deadlines().client());
        }
        return request;
    }

    // TLS

    /// Reads the files of certificates and keys again and uses what they have from the next
    /// handshake on; it happens by itself when they have changed.
    ///
    /// @throws IOException if they cannot be used; what was there before stays in use
    /// @throws IllegalStateException if the server has no TLS
    public final void reloadTls() throws IOException {
        tlsContext().reload();
    }

    private TlsContext tlsContext() throws IOException {
        TlsContext loaded = tls;
        if (loaded == null) {
            TlsSettings settings = options().tls();
            if (settings == null) {
                throw new IllegalStateException(
                        this + " has no certificate: give it some by ServerOptions.withTls");
            }
            loaded = TlsContext.shared(settings);
            tls = loaded;
        }
        return loaded;
    }

    /// {@return whether to handle the request of a client, now that the TLS handshake has shown who
    /// it is; true unless overridden}
    ///
    /// [StreamRequest#tls()] has its certificate. Called by the thread that runs the handler,
    /// before it, and after [StreamRequest#startTls()]; `verifyRequest` is called before the
    /// handshake, by the serving thread.
    protected boolean verifyPeer(StreamRequest request) throws Exception {
        return true;
    }

    @Override
    final @Nullable RefusalReason refusal(StreamRequest request) {
        TlsSettings settings = options().tls();
        if (settings == null || settings.onRequest()) {
            return null;
        }
        if (unsecured.size() >= settings.maxHandshakes()) {
            return RefusalReason.HANDSHAKES_FULL;
        }
        unsecured.add(request);
        return null;
    }

    @Override
    final void forget(Request request) {
        unsecured.remove(request);
    }

    @Override
    final boolean waitsToSecure(StreamRequest request) {
        TlsSettings settings = options().tls();
        return settings != null && !settings.onRequest() && request.tls() == null;
    }

    @Override
    final void secure(StreamRequest request) throws IOException {
        if (waitsToSecure(request)) {
            try {
                secure(request, () -> {});
            } finally {
                unsecured.remove(request);
            }
        }
    }

    private void secure(StreamRequest request, MultiplexedStream.Securing then) throws IOException {
        if (!(request instanceof MultiplexedStream stream)) {
            throw new UnsupportedOperationException(
                    "%s is of a kind that TLS cannot be put upon".formatted(request));
        }
        TlsContext context = tlsContext();
        stream.secure(context.newEngine(), context.settings().handshakeTimeout(), then);
    }

    @Override
    final void verifySecured(StreamRequest request) throws Exception {
        TlsSession session = request.tls();
        if (session == null || request.attribute(VERIFIED) != null) {
            return;
        }
        request.attribute(VERIFIED, true);
        if (!verifyPeer(request)) {
            throw HandshakeException.refused(request.client(), session.clientName());
        }
    }

    @Override
    public final void startTls(StreamRequest request) throws IOException {
        secure(request, () -> verifyNow(request));
    }

    private void verifyNow(StreamRequest request) throws IOException {
        try {
            verifySecured(request);
        } catch (IOException | RuntimeException thrown) {
            throw thrown;
        } catch (Exception thrown) {
            throw new IOException("verifyPeer has failed", thrown);
        }
    }

    @Override
    protected void closeListener() throws IOException {
        gate.close();
        super.closeListener();
    }

    /// Sends what the output has buffered, then the end of our bytes, so that the client gets them
    /// all before the connection is closed; then calls `closeRequest`. Python's `shutdown_request`.
    @Override
    protected void shutdownRequest(StreamRequest request) throws IOException {
        try {
            if (request.inputEnded() && request.tls() == null) {
                // Nothing is left unread, so that closing says the same.
                request.flush();
            } else if (request.isOpen()) {
                request.shutdownOutput();
            }
        } catch (DisconnectedException | SocketTimeoutException | ClosedChannelException gone) {
            // There is nobody to tell.
        } finally {
            super.shutdownRequest(request);
        }
    }
}
