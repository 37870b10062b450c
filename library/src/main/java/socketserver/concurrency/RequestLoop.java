package socketserver.concurrency;

/// The serving of one server, as the concurrency model that drives it sees it.
public interface RequestLoop {
    /// Takes one turn: waits for the next request, the time of the service actions or the stop, and
    /// hands a request that came to the model that drives this loop.
    ///
    /// Called by the serving thread alone.
    ///
    /// @return whether there is to be another turn: false once the stop was requested
    boolean turn();
}
