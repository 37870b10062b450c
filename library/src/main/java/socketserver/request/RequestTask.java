package socketserver.request;

/// A verified request that waits for its handler.
///
/// Whoever gets it runs it once, on any thread. Running it handles the request, reports what the
/// handler throws to the server's `handleError`, and ends the request. Only an `Error` of the
/// handler comes out of it.
public interface RequestTask extends Runnable {
    /// {@return the request to handle}
    Request request();
}
