package socketserver.concurrency;

import socketserver.request.CloseReason;
import socketserver.request.Request;
import socketserver.request.Server;

import java.io.Serializable;

/// A server and its handler that travel to another process, to handle a request there.
public interface Detached extends Serializable {
    /// {@return the server as it is there: without its socket}
    Server server();

    /// Handles a request and ends it, with the hooks of the server; called there.
    ///
    /// @return why the request has ended
    CloseReason run(Request request);
}
