package socketserver;

/// What came of one [BaseServer#handleRequest()]; Python's returns nothing.
public enum HandleResult {
    /// A request came and was handed to the concurrency model, or handled; it may have failed.
    HANDLED,
    /// A request came, and `verifyRequest` or a limit has turned it away.
    REJECTED,
    /// No request came within the server's timeout; `handleTimeout` was called.
    TIMEOUT,
    /// Taking a request failed; the error was reported, and the next call waits a little first.
    FAILED,
    /// The stop was requested, or the thread was interrupted.
    STOPPED
}
