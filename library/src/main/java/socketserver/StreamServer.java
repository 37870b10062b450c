package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.DisconnectedException;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.transport.Engine;
import socketserver.transport.Listener;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedChannelException;
import java.util.Set;

/// A server of connections: what TCP and Unix stream servers share.
public abstract class StreamServer extends ListeningServer<StreamRequest> {
    // So many connections of proxies are accepted without a look at anything else.
    private static final int MOST_AT_ONCE = 64;

    private final ProxyGate gate;
    // Whether there may be more to accept though none was returned. The serving thread's alone.
    private boolean more;

    StreamServer() {
        gate = new ProxyGate();
        super();
    }

    StreamServer(
            SocketAddress address,
            RequestHandler<? super StreamRequest> handler,
            ServerOptions options)
            throws IOException {
        // Before the server may be closed because it cannot be bound.
        gate = new ProxyGate();
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
            if (request.inputEnded()) {
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
