package socketserver.request;

/// What runs the handlers of requests: a concurrency model.
public interface RequestRunner {
    /// Runs a task, or hands it to something that will.
    ///
    /// @throws Exception if it can neither; the request is reported to `handleError` then, and
    ///   ended
    void run(RequestTask task) throws Exception;

    /// Finds out whether it can run that handler at all.
    ///
    /// @throws IllegalArgumentException if it cannot, because the handler cannot go to another
    ///   process for instance
    /// @throws UnsupportedOperationException if it can run none here
    default void check(RequestHandler<?> handler) {}

    /// Called when a server that it has run requests of is closed: lets go of what it keeps ready
    /// for it.
    default void serverClosed(Server server) {}
}
