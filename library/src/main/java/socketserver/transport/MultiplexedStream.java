package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.InputClock;
import socketserver.request.Server;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/// A connection of an engine: threads wait for it, or a [Multiplexer] watches it, and from then on
/// nobody waits.
///
/// Unless a method says otherwise, the multiplexer's thread calls it.
public abstract class MultiplexedStream extends StreamRequest {
    MultiplexedStream(Server server, SocketAddress client) {
        super(server, client);
    }

    /// Waits for what a proxy says of the client, and takes it; called by a thread, before anything
    /// else is done with the request.
    ///
    /// @throws java.io.EOFException if the connection ends before
    /// @throws java.net.ProtocolException if it begins otherwise
    public final void readProxyHeader() throws IOException {
        takeProxyHeader();
    }

    /// {@return the engine whose multiplexers can watch it}
    public abstract Engine engine();

    /// Lets the multiplexer watch the connection for bytes.
    ///
    /// @return what was read ahead before
    public abstract byte[] attach(Multiplexer multiplexer, Attached attached) throws IOException;

    /// Ends what [#attach] began: threads may read and write again, and find what is said to have
    /// been read ahead.
    public abstract void detach(byte[] ahead) throws IOException;

    /// {@return what is told by the multiplexer, or null if it is threads that wait; asked by any
    /// thread}
    abstract @Nullable Attached attached();

    /// Receives what is there and fits.
    ///
    /// @return how many bytes, 0 if there are none, or -1 at the end
    /// @throws IOException if the client has gone, or the connection was closed
    public abstract int receiveNow(ByteBuffer into) throws IOException;

    /// {@return whether there may be more after a read that has not filled its buffer}
    public abstract boolean mayHaveMore();

    /// Sends what the client takes, and tells `taken` of it; called by one thread at a time.
    ///
    /// @return how many bytes, possibly 0
    /// @throws IOException if the client has gone, or the connection was closed
    public abstract int sendNow(ByteBuffer from) throws IOException;

    /// Sends the end of our bytes, and tells `outputEnded` of it; called by one thread at a time.
    public abstract void endOutputNow() throws IOException;

    /// Sets what is to be told; called by one thread at a time.
    public abstract void interest(boolean reads, boolean writes) throws IOException;

    /// {@return whether `output()` may have gathered bytes that go first}
    public final boolean gathers() {
        return mayGather();
    }

    /// Counts bytes that were sent without `output()`.
    public final void sent(int count) {
        countSent(count);
    }

    /// {@return what the client has done of the times that it is given to send, or null if it has
    /// all the time}
    public final @Nullable InputClock inputClock() {
        return clock();
    }

    /// What is kept for a client is known as taken only when the socket takes it.
    @Override
    protected final boolean tellsTaken() {
        return true;
    }

    @Override
    public final void drain() {
        super.drain();
        Attached told = attached();
        if (told != null) {
            told.drain();
        }
    }

    @Override
    protected final void endOutput() throws IOException {
        Attached told = attached();
        if (told != null) {
            told.endOutput();
        } else {
            endOutputNow();
        }
    }

    @Override
    protected final void timeoutsChanged() throws IOException {
        Attached told = attached();
        if (told != null) {
            told.timeoutsChanged();
        } else {
            timesChanged();
        }
    }

    /// Called when a time was set or taken away for those that wait.
    void timesChanged() throws IOException {}

    @Override
    protected final void sendFile(
            Path file, long from, long count, long timeoutNanos, LongConsumer sent)
            throws IOException {
        Attached told = attached();
        if (told != null) {
            sent.accept(told.sendFile(open(file), file, from, count));
        } else {
            copyFile(file, from, count, timeoutNanos, sent);
        }
    }

    /// Sends bytes of a file, waiting for the client.
    void copyFile(Path file, long from, long count, long timeoutNanos, LongConsumer sent)
            throws IOException {
        super.sendFile(file, from, count, timeoutNanos, sent);
    }
}
