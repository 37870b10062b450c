package socketserver.concurrency;

/// The serving of one server, as the concurrency model that drives it sees it.
public interface RequestLoop {
    /// Takes one turn: waits for the next request, the time of the service actions or the stop, and
    /// hands a request that came to the model that drives this loop.
    ///
    /// Called by one thread alone, which is the serving one from the first turn on: the one that
    /// has called [ConcurrencyModel#serve(RequestLoop)], or another one that it waits for.
    ///
    /// @return whether there is to be another turn: false once the stop was requested
    boolean turn();

    /// {@return whether a virtual thread that turns this loop does not block its carrier while it
    /// waits for requests}
    default boolean waitsVirtually() {
        return false;
    }
}
