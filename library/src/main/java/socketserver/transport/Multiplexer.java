package socketserver.transport;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Waits for many connections and listeners at once: what a selector's loop turns around.
///
/// One thread waits; other threads may only wake it up.
public interface Multiplexer extends Closeable {
    /// Watches a listener for requests.
    ///
    /// @param ready called when there may be some; not again before it has found none
    void watch(Listener<?> listener, Runnable ready) throws IOException;

    /// Watches that listener no longer.
    void ignore(Listener<?> listener);

    /// {@return what its connections are best read into}
    default ByteBuffer newBuffer(int capacity) {
        return ByteBuffer.allocate(capacity);
    }

    /// Waits until something is ready or [#wakeUp()] is or was called.
    ///
    /// @param nanos how long at most; negative is for ever
    void await(long nanos) throws IOException;

    /// Tells of all that the last wait has found.
    void tell();

    /// Ends the present or else the next wait; called by any thread.
    void wakeUp();

    /// Closes it; called when it watches nothing any more.
    @Override
    void close();
}
