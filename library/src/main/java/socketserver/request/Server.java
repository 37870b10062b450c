package socketserver.request;

import java.io.IOException;
import java.net.SocketAddress;

/// What a handler sees of the server that it works for: Python's `self.server`.
///
/// A handler that needs more of its own server class asks for it by type: [Request#server(Class)].
public interface Server {
    /// {@return the address that the server listens on; Python's `server_address`}
    ///
    /// With port 0 it is the port that the kernel has chosen.
    SocketAddress address();

    /// Asks the server to stop serving, and returns at once.
    ///
    /// May be called from any thread, a handler included. Requests that were begun go on.
    void requestStop();

    /// Lets a request go on elsewhere when the handler that runs now has returned: what
    /// `request.continueIn` asks for.
    ///
    /// @throws UnsupportedOperationException if the server cannot do that
    /// @throws IllegalStateException if no handler of this server runs the request at this moment
    default <R extends Request> void continueIn(
            RequestRunner runner, R request, RequestHandler<? super R> handler) {
        throw new UnsupportedOperationException(this + " cannot let requests go on elsewhere");
    }

    /// Lets a connection go through TLS from now on: what `request.startTls()` asks for.
    ///
    /// @throws UnsupportedOperationException if the server cannot do that
    default void startTls(StreamRequest request) throws IOException {
        throw new UnsupportedOperationException(this + " has no TLS");
    }

    /// {@return whether a handler has asked by [#continueIn] that the request goes on elsewhere}
    default boolean leaves(Request request) {
        return false;
    }
}
