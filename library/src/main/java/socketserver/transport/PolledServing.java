package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.RequestHandler;

/// The serving of a server whose listener somebody else waits for.
public interface PolledServing {
    /// What [#turnNow(boolean)] returns when the serving is to end.
    long STOPPED = -2;

    /// What [#turnNow(boolean)] returns when nothing is to be done before the listener is ready.
    long NEVER = -1;

    /// {@return what requests come from, or null if that is none of this library's}
    @Nullable Listener<?> listener();

    /// {@return the engine of the listener}
    Engine engine();

    /// {@return what handles the server's requests}
    RequestHandler<?> handler();

    /// Takes a request if that is possible now, and hands it to the model.
    ///
    /// @param ready whether there may be a request
    /// @return 0 if there may be more to do, the nanoseconds after which it is to be called again,
    ///   [#NEVER] or [#STOPPED]
    long turnNow(boolean ready);

    /// Lets that be called, by any thread, when [#turnNow(boolean)] is to be called; null for
    /// nothing.
    void wakes(@Nullable Runnable waker);
}
