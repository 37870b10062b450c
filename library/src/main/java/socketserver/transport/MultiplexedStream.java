package socketserver.transport;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A connection that a [Multiplexer] can watch: from then on, nobody waits for it.
///
/// Unless a method says otherwise, the multiplexer's thread calls it.
public interface MultiplexedStream {
    /// {@return the engine whose multiplexers can watch it}
    Engine engine();

    /// Lets the multiplexer watch the connection for bytes.
    ///
    /// @return what was read ahead before
    byte[] attach(Multiplexer multiplexer, Attached attached) throws IOException;

    /// Ends what [#attach] began: threads may read and write again, and find what is said to have
    /// been read ahead.
    void detach(byte[] ahead) throws IOException;

    /// Receives what is there and fits.
    ///
    /// @return how many bytes, 0 if there are none, or -1 at the end
    /// @throws IOException if the client has gone, or the connection was closed
    int receiveNow(ByteBuffer into) throws IOException;

    /// {@return whether there may be more after a read that has not filled its buffer}
    boolean mayHaveMore();

    /// Sends what the client takes; called by one thread at a time.
    ///
    /// @return how many bytes, possibly 0
    /// @throws IOException if the client has gone, or the connection was closed
    int sendNow(ByteBuffer from) throws IOException;

    /// {@return whether `output()` may have gathered bytes that go first}
    boolean gathers();

    /// Counts bytes that were sent without `output()`.
    void sent(int count);

    /// Sends the end of our bytes; called by one thread at a time.
    void endOutputNow() throws IOException;

    /// Sets what is to be told; called by one thread at a time.
    void interest(boolean reads, boolean writes) throws IOException;
}
