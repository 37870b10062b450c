package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.DisconnectedException;
import socketserver.request.HandshakeException;
import socketserver.request.InputClock;
import socketserver.request.Server;
import socketserver.request.StreamRequest;
import socketserver.request.Turn;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongConsumer;

import javax.net.ssl.SSLEngine;

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

    // TLS

    /// Lets the connection go through TLS from now on, as [#startTls()] says.
    ///
    /// @param engine the server's side
    /// @param time how long the client has for its handshake
    /// @param then what is done afterwards by whoever runs the handler
    public final void secure(SSLEngine engine, Duration time, Securing then) throws IOException {
        if (isEncrypted()) {
            throw new IllegalStateException("TLS was started before on " + this);
        }
        Attached told = attached();
        if (told == null) {
            shakeHands(engine, time);
            then.run();
        } else {
            flush();
            told.secure(() -> shakeHands(engine, time), then);
        }
    }

    /// A step on the way to a connection that is secure.
    @FunctionalInterface
    public interface Securing {
        /// Takes it.
        void run() throws IOException;
    }

    private void shakeHands(SSLEngine engine, Duration time) throws IOException {
        Turn yielded = Turn.yieldCurrent();
        try (Curfew curfew = Curfew.of(this, time)) {
            whileNobodyWrites(
                    () -> {
                        shakeHands(engine, time, curfew);
                        return null;
                    });
        } finally {
            Turn.resume(yielded);
        }
    }

    private void shakeHands(SSLEngine engine, Duration time, Curfew curfew) throws IOException {
        Encryption made = new Encryption(this, engine, takeAhead());
        try {
            secured(made.handshake());
            // Before anybody else writes.
            layer(made);
        } catch (IOException failed) {
            if (curfew.isOver()) {
                throw HandshakeException.late(client(), time);
            }
            if (!isOpen()) {
                throw failed;
            }
            throw HandshakeException.failed(client(), failed);
        }
    }

    /// {@return whether its bytes are not those of the socket}
    final boolean isEncrypted() {
        return encryption() != null;
    }

    private @Nullable Encryption encryption() {
        return (Encryption) layer();
    }

    /// Throws if the socket cannot be given to somebody else.
    ///
    /// @throws UnsupportedOperationException if its bytes go through TLS
    final void requirePlain() {
        if (isEncrypted()) {
            throw new UnsupportedOperationException(
                    "the keys of a TLS connection stay where its handshake was: %s cannot go on in"
                                    .formatted(this)
                            + " another process");
        }
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

    // Threads wait

    @Override
    protected final int receive(ByteBuffer into, long timeoutNanos) throws IOException {
        requireDetached();
        Encryption sealed = encryption();
        return sealed == null
                ? receiveWire(into, timeoutNanos)
                : opened(sealed.receive(into, timeoutNanos));
    }

    /// Throws if a loop reads.
    final void requireDetached() {
        if (attached() != null) {
            throw watched();
        }
    }

    private int opened(int count) throws IOException {
        if (count != Encryption.CUT) {
            return count;
        }
        if (draining()) {
            // We have ended it ourselves.
            return -1;
        }
        throw new DisconnectedException(
                client(), new EOFException("it has not ended TLS (close_notify): bytes may lack"));
    }

    /// Receives at least one byte of the socket, unless nothing fits.
    ///
    /// @param timeoutNanos how long to wait; 0 is for ever
    /// @return how many bytes, or -1 at the end
    /// @throws SocketTimeoutException if nothing came in that time
    abstract int receiveWire(ByteBuffer into, long timeoutNanos) throws IOException;

    @Override
    protected final boolean mayReceive() {
        Encryption sealed = encryption();
        return (sealed != null && sealed.holdsInput()) || isReadable();
    }

    /// {@return whether the socket may have bytes, or nobody knows}
    boolean isReadable() {
        return true;
    }

    @Override
    protected final int send(ByteBuffer from, long timeoutNanos) throws IOException {
        Attached told = attached();
        if (told != null) {
            return told.send(from);
        }
        Encryption sealed = encryption();
        int count = sealed == null ? sendWire(from, timeoutNanos) : sealed.send(from, timeoutNanos);
        taken(from, count);
        return count;
    }

    /// Sends at least one byte; called by one thread at a time.
    ///
    /// @param timeoutNanos how long to wait; 0 is for ever
    /// @return how many bytes were sent
    /// @throws SocketTimeoutException if nothing could be sent in that time
    abstract int sendWire(ByteBuffer from, long timeoutNanos) throws IOException;

    // Nobody waits

    /// Receives what is there and fits.
    ///
    /// @return how many bytes, 0 if there are none, or -1 at the end
    /// @throws IOException if the client has gone, or the connection was closed
    public final int receiveNow(ByteBuffer into) throws IOException {
        Encryption sealed = encryption();
        int count =
                sealed == null
                        ? receiveWireNow(into)
                        : opened(sealed.receive(into, Encryption.NOW));
        received(into, count);
        return count;
    }

    /// Receives what the socket has and fits, as [#receiveNow].
    abstract int receiveWireNow(ByteBuffer into) throws IOException;

    /// {@return whether there may be more after a read that has not filled its buffer}
    public final boolean mayHaveMore() {
        return wireMayHaveMore() || holdsInput();
    }

    /// {@return whether the socket may have more after a read that has not filled its buffer, and
    /// does not tell so again}
    abstract boolean wireMayHaveMore();

    /// {@return whether there may be more that the socket knows nothing of}
    public final boolean holdsInput() {
        Encryption sealed = encryption();
        return sealed != null && sealed.holdsInput();
    }

    /// Sends what the client takes, and tells `taken` of it; called by one thread at a time. What
    /// was not sent is to be sent next.
    ///
    /// @return how many bytes, possibly 0
    /// @throws IOException if the client has gone, or the connection was closed
    public final int sendNow(ByteBuffer from) throws IOException {
        Encryption sealed = encryption();
        int count = sealed == null ? sendWireNow(from) : sealed.send(from, Encryption.NOW);
        taken(from, count);
        return count;
    }

    /// Sends what the socket takes, as [#sendNow].
    abstract int sendWireNow(ByteBuffer from) throws IOException;

    /// Sends the end of our bytes, and tells `outputEnded` of it; called by one thread at a time.
    ///
    /// @return whether it is sent: false if there is no room for it yet
    public final boolean endOutputNow() throws IOException {
        return endOutput(Encryption.NOW);
    }

    private boolean endOutput(long timeoutNanos) throws IOException {
        Encryption sealed = encryption();
        if (sealed != null && !sealed.end(timeoutNanos)) {
            return false;
        }
        endWire();
        outputEnded();
        return true;
    }

    /// Ends our bytes (`shutdown(2)` with `SHUT_WR`).
    abstract void endWire() throws IOException;

    /// Sets what is to be told, if anything is; called by one thread at a time.
    public final void interest(boolean reads, boolean writes) throws IOException {
        if (attached() != null) {
            tell(reads, writes);
        }
    }

    /// Sets what is to be told.
    abstract void tell(boolean reads, boolean writes) throws IOException;

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
            endOutput(writeTimeoutNanos());
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
