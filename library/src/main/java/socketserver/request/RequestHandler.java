package socketserver.request;

import java.io.Serializable;

/// Handles one request from its beginning to its end.
///
/// The server calls it once for each connection or datagram, on a thread that the server's
/// concurrency model chooses, with several requests at the same time unless that model is the
/// synchronous one. When it returns or throws, the server ends the request.
///
/// {@snippet class="socketserver.SnippetsTest" region="lambda"}
///
/// One handler of [Request] serves every family; a handler of [DatagramRequest] on a TCP server
/// does not compile. A lambda will do; a class with set-up and clean-up of its own extends
/// [BaseRequestHandler] and is given as a [HandlerFactory].
///
/// It is serializable so that a model may run it in another process.
///
/// @param <R> what it handles
@FunctionalInterface
public interface RequestHandler<R extends Request> extends Serializable {
    /// Handles the request.
    ///
    /// @throws Exception anything: the server reports it by its `handleError` and ends the request
    void handle(R request) throws Exception;
}
