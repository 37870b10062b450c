package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/// A connection of a client: Python's `self.request` of a stream server, which there is the socket.
///
/// Read it by lines and fields ([#input()], [#output()]) or by buffers ([#read(ByteBuffer)],
/// [#write(ByteBuffer)]), also in turns: nothing that was read ahead is lost in between.
///
/// One thread at a time may read, usually the handler's. Any thread may write: what one call writes
/// stays together. The server flushes the output and ends the connection when the handler returns.
public abstract class StreamRequest extends Request implements ByteChannel {
    private static final Attribute<ProxyHeader> PROXY_HEADER = Attribute.named("proxy header");
    private static final Attribute<SocketAddress> PEER = Attribute.named("peer");
    private static final Attribute<TlsSession> TLS = Attribute.named("TLS session");
    private static final VarHandle BYTES_IN = field("bytesIn", long.class);
    private static final VarHandle BYTES_OUT = field("bytesOut", long.class);
    private static final VarHandle READING = field("reading", byte.class);
    private static final VarHandle SENDING = field("sending", boolean.class);

    // Guards the order of the outgoing bytes, and the output. Made at the first write, by the one
    // who holds this.
    private volatile @Nullable ReentrantLock writing;
    private @Nullable RequestOutput output;
    // The reading thread's alone.
    private @Nullable RequestInput input;
    // Written by the reading thread.
    private volatile boolean inputEnded;
    private volatile ClientDeadlines deadlines = ClientDeadlines.NONE;
    // Made with the first deadline that needs it, and kept from then on.
    private volatile @Nullable InputClock clock;
    // Whether all that is read is one message, and whether some of it was. The reading thread's
    // alone.
    private boolean enclosed;
    private boolean begun;
    // Each is written by one thread, the reader or the holder of the lock, and read opaquely by
    // others.
    private long bytesIn;
    private long bytesOut;

    @SuppressWarnings("UnusedVariable") // used by its handle
    private byte reading;

    @SuppressWarnings("UnusedVariable") // used by its handle
    private boolean sending;

    // What the reader waits for.
    private static final byte NOTHING = 0;
    private static final byte MESSAGE = 1;
    private static final byte REST_OF_MESSAGE = 2;

    private static VarHandle field(String name, Class<?> type) {
        try {
            return MethodHandles.lookup().findVarHandle(StreamRequest.class, name, type);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /// Makes a request of that client to that server.
    protected StreamRequest(Server server, SocketAddress client) {
        super(server, client);
    }

    /// {@return the address at the other end of the connection: the client's, or that of the proxy
    /// which has connected for it}
    public final SocketAddress peer() {
        SocketAddress proxy = attribute(PEER);
        return proxy == null ? client() : proxy;
    }

    /// {@return what a proxy has said of the client, or null if the connection is not that of a
    /// proxy whom the server has been told to trust}
    public final @Nullable ProxyHeader proxyHeader() {
        return attribute(PROXY_HEADER);
    }

    /// {@return what the client and the server have agreed upon in the TLS handshake, or null if
    /// the connection is in the clear}
    public final @Nullable TlsSession tls() {
        return attribute(TLS);
    }

    /// Lets the connection go through TLS from now on, by a handshake in which the client begins:
    /// `STARTTLS`, `AUTH TLS` and the like. The reply that tells the client to begin is written
    /// before.
    ///
    /// {@snippet class="socketserver.SnippetsTest" region="start-tls"}
    ///
    /// It returns when the handshake is done. Called by a frame handler on a selector's loop, which
    /// cannot wait, it returns at once: what is sent behind it waits for the handshake, the next
    /// frame comes after it, and if it fails there is none. Bytes that the client has sent too
    /// early are taken for its handshake, so that nobody in between can slip in a command before
    /// it.
    ///
    /// @throws HandshakeException if the handshake fails, is late or `verifyPeer` says no; the
    ///   connection is of no further use
    /// @throws IllegalStateException if TLS was started before, or the server was given no
    ///   certificate
    /// @throws UnsupportedOperationException if the server is of a kind that cannot do this
    public final void startTls() throws IOException {
        server().startTls(this);
    }

    /// Does something while nobody else writes, when all that was written has been sent.
    protected final void whileNobodyWrites(Turn.Call<@Nullable Void, IOException> call)
            throws IOException {
        ReentrantLock writing = lockWriting();
        try {
            if (output != null) {
                output.flush();
            }
            call.call();
        } finally {
            writing.unlock();
        }
    }

    /// Notes that TLS has been agreed upon.
    protected final void secured(TlsSession session) {
        attribute(TLS, session);
    }

    /// Reads what a proxy says of the client; called before anything else is read, and before
    /// anybody else has the request.
    ///
    /// @throws EOFException if the connection ends before
    /// @throws java.net.ProtocolException if it begins otherwise
    protected final void takeProxyHeader() throws IOException {
        ProxyHeader header = input().read(ProxyHeader.decoder());
        if (header == null) {
            throw new EOFException("the connection has ended before a PROXY header");
        }
        // Only what is behind the header is the client's.
        BYTES_IN.setOpaque(this, (long) input().buffered());
        announced(header);
    }

    /// Takes what a proxy has said of the client, whose address is that of the request from now on;
    /// called before anybody else has the request.
    protected final void announced(ProxyHeader header) {
        attribute(PROXY_HEADER, header);
        SocketAddress source = header.source();
        if (source != null) {
            attribute(PEER, client());
            cameFor(source);
        }
    }

    /// {@return what the client sends, read ahead into a buffer; Python's `rfile`}
    public final RequestInput input() {
        RequestInput made = input;
        if (made == null) {
            made = new RequestInput(new Incoming());
            input = made;
        }
        return made;
    }

    /// {@return what the client gets, unbuffered unless it is given a buffer; Python's `wfile`}
    public final RequestOutput output() {
        ReentrantLock writing = lockWriting();
        try {
            RequestOutput made = output;
            if (made == null) {
                made = new RequestOutput(this::sendCounted, writing);
                output = made;
            }
            return made;
        } finally {
            writing.unlock();
        }
    }

    /// Waits until the client has sent something and reads what there is, at most what fits.
    ///
    /// @return how many bytes, 0 only if nothing fits, or -1 when the client has ended its output
    /// @throws DeadlineException if the client has not sent in time; see there whether reading may
    ///   go on
    /// @throws DisconnectedException if the client has gone
    @Override
    public final int read(ByteBuffer into) throws IOException {
        RequestInput ahead = input;
        return ahead != null && ahead.buffered() > 0
                ? ahead.drain(into)
                : receiveCounted(into, false);
    }

    /// Reads one message by several reads: what the call reads is to be there within the deadline
    /// [DeadlineKind#MESSAGE], counted from its first byte, and a drain does not end it.
    ///
    /// {@snippet class="socketserver.SnippetsTest" region="message"}
    ///
    /// Without it, each line, field and frame that is read from [#input()] is a message of its own,
    /// and what [#read(ByteBuffer)] reads is none. One within another is part of that.
    ///
    /// @return what the call returns
    public final <T extends @Nullable Object> T message(Turn.Call<T, IOException> call)
            throws IOException {
        if (enclosed) {
            return call.call();
        }
        enclosed = true;
        begun = input != null && input.buffered() > 0;
        try {
            return call.call();
        } finally {
            enclosed = false;
            messageEnds();
        }
    }

    private void messageEnds() {
        InputClock counting = clock;
        if (counting != null && !enclosed) {
            counting.messageEnds();
        }
    }

    /// Writes all that the buffer has left, waiting as long as the client takes it.
    ///
    /// Bytes that the output has buffered go first.
    ///
    /// @return how many bytes: all
    /// @throws SocketTimeoutException if the client took nothing for the write timeout; what it had
    ///   taken before is not known, so the connection is of no further use
    /// @throws DisconnectedException if the client has gone
    @Override
    public final int write(ByteBuffer from) throws IOException {
        int count = from.remaining();
        ReentrantLock writing = lockWriting();
        try {
            if (output != null) {
                output.flush();
            }
            sendCounted(from);
        } finally {
            writing.unlock();
        }
        return count;
    }

    /// Writes all that the file has when it is opened: Python's `sendfile`.
    ///
    /// Bytes that the output has buffered go first, and no other write comes in between.
    ///
    /// @return how many bytes
    /// @throws NoSuchFileException if there is no such file
    /// @throws FileSystemException if it is not a regular file, or must not be read
    /// @throws EOFException if it becomes shorter meanwhile; says how much was sent
    /// @throws SocketTimeoutException if the client took nothing for the write timeout
    /// @throws DisconnectedException if the client has gone
    public final long write(Path file) throws IOException {
        return writeFile(file, 0, -1);
    }

    /// Writes so many bytes of the file, from that one on.
    ///
    /// @param from how many bytes of the file to leave out
    /// @return how many bytes: all
    /// @throws EOFException if the file has not so many bytes; says how much was sent
    /// @see #write(Path)
    public final long write(Path file, long from, long count) throws IOException {
        Objects.checkFromIndexSize(from, count, Long.MAX_VALUE);
        return writeFile(file, from, count);
    }

    private long writeFile(Path file, long from, long count) throws IOException {
        ReentrantLock writing = lockWriting();
        try {
            if (output != null) {
                output.flush();
            }
            SENDING.setOpaque(this, true);
            Turn yielded = Turn.yieldCurrent();
            try {
                long before = bytesOut;
                sendFile(
                        file,
                        from,
                        count,
                        deadlines.writeNanos(),
                        sent -> BYTES_OUT.setOpaque(this, bytesOut + sent));
                return bytesOut - before;
            } catch (IOException thrown) {
                throw late(thrown, DeadlineKind.WRITE);
            } finally {
                Turn.resume(yielded);
            }
        } finally {
            SENDING.setOpaque(this, false);
            writing.unlock();
        }
    }

    private int receiveCounted(ByteBuffer into, boolean partial) throws IOException {
        boolean within = isWithinMessage(partial);
        Turn yielded = givesWay() ? null : Turn.yieldCurrent();
        try {
            beginReading(within);
            int count = receive(into, timeLeft(within));
            received(into, count);
            return count;
        } catch (IOException thrown) {
            throw late(thrown, DeadlineKind.READ);
        } finally {
            Turn.resume(yielded);
            READING.setOpaque(this, NOTHING);
        }
    }

    /// {@return whether bytes of an unfinished message are there}
    ///
    /// @param partial whether the input knows of some
    private boolean isWithinMessage(boolean partial) {
        return partial || (enclosed && begun);
    }

    private void beginReading(boolean within) throws IOException {
        byte awaited = within ? REST_OF_MESSAGE : MESSAGE;
        READING.setOpaque(this, awaited);
        if (!within && draining()) {
            endInput();
        }
    }

    /// {@return how many nanoseconds the client has to send something, or 0 for ever}
    ///
    /// At least one: what is there already is read in any case, because it is not the client that
    /// was slow then.
    private long timeLeft(boolean within) {
        InputClock counting = clock;
        if (counting == null) {
            return deadlines.readNanos();
        }
        long now = System.nanoTime();
        long until = counting.awaits(deadlines, now, within, now);
        return until == 0 ? 0 : Math.max(1, until - now);
    }

    /// {@return what to throw in place of what an engine has thrown: which time is over}
    private IOException late(IOException thrown, DeadlineKind kind) {
        if (!(thrown instanceof SocketTimeoutException) || thrown instanceof DeadlineException) {
            return thrown;
        }
        InputClock counting = clock;
        if (kind == DeadlineKind.READ && counting != null) {
            return counting.expired(deadlines, client());
        }
        Duration time = deadlines.of(kind);
        return DeadlineException.of(kind, client(), time == null ? Duration.ZERO : time);
    }

    @Override
    public void drain() {
        super.drain();
        if ((byte) READING.getVolatile(this) == MESSAGE) {
            try {
                endInput();
            } catch (IOException closed) {
                // Then it needs no end.
            }
        }
    }

    /// Lets the client's input end after what has come, for one who waits for it as well
    /// (`shutdown(2)` with `SHUT_RD`); called by any thread, perhaps more than once, when the
    /// connection is [drained][#drain()] between two messages.
    ///
    /// Does nothing unless overridden: the reader waits on.
    protected void endInput() throws IOException {}

    /// {@return whether the output may have gathered bytes, or will}
    protected final boolean mayGather() {
        return output != null;
    }

    /// Counts bytes that were sent by other means than the methods of this class.
    protected final void countSent(int count) {
        BYTES_OUT.setOpaque(this, bytesOut + count);
    }

    /// Notes what has come of a receive.
    ///
    /// @param into where the bytes are, before the position
    /// @param count how many bytes, or -1 for the end
    protected final void received(ByteBuffer into, int count) {
        if (count > 0) {
            BYTES_IN.setOpaque(this, bytesIn + count);
            begun = true;
            InputClock counting = clock;
            if (counting != null) {
                counting.received(count, System.nanoTime());
            }
            Tapping tapping = tapping();
            if (tapping != null) {
                tapping.received(into, count);
            }
        } else if (count < 0 && !inputEnded) {
            inputEnded = true;
            Tapping tapping = tapping();
            if (tapping != null) {
                tapping.receivedEnd(this);
            }
        }
    }

    /// Lets a [tap][#tap(WireTap)] see what the socket has taken.
    ///
    /// @param from where the bytes are, before the position
    /// @param count how many bytes
    protected final void taken(ByteBuffer from, int count) {
        Tapping tapping = tapping();
        if (tapping != null && count > 0) {
            tapping.sent(from, count);
        }
    }

    /// Lets a [tap][#tap(WireTap)] know that nothing more goes out; calling it again does nothing.
    protected final void outputEnded() {
        Tapping tapping = tapping();
        if (tapping != null) {
            tapping.sentEnd(this);
        }
    }

    /// {@return whether what the socket takes is made known by [#taken] where that happens}
    ///
    /// If not, all that [#send] has taken is.
    protected boolean tellsTaken() {
        return false;
    }

    private ReentrantLock lockWriting() {
        ReentrantLock made = writing;
        if (made == null) {
            synchronized (this) {
                made = writing == null ? new ReentrantLock() : writing;
                writing = made;
            }
        }
        Turn.lock(made);
        return made;
    }

    /// The bytes of the client, counted.
    private final class Incoming implements RequestInput.Source {
        @Override
        public int read(ByteBuffer into, boolean within) throws IOException {
            return receiveCounted(into, within);
        }

        @Override
        public boolean isReady() {
            return mayReceive();
        }

        @Override
        public void await(boolean partial) throws IOException {
            boolean within = isWithinMessage(partial);
            try {
                beginReading(within);
                awaitReceive(timeLeft(within));
            } catch (IOException thrown) {
                throw late(thrown, DeadlineKind.READ);
            } finally {
                READING.setOpaque(StreamRequest.this, NOTHING);
            }
        }

        @Override
        public void messageEnds() {
            StreamRequest.this.messageEnds();
        }
    }

    private void sendCounted(ByteBuffer from) throws IOException {
        SENDING.setOpaque(this, true);
        try {
            while (from.hasRemaining()) {
                countSent(sendInTurn(from));
            }
        } finally {
            SENDING.setOpaque(this, false);
        }
    }

    private int sendInTurn(ByteBuffer from) throws IOException {
        Turn yielded = givesWay() ? null : Turn.yieldCurrent();
        try {
            return sendSeen(from, deadlines.writeNanos());
        } catch (IOException thrown) {
            throw late(thrown, DeadlineKind.WRITE);
        } finally {
            Turn.resume(yielded);
        }
    }

    private int sendSeen(ByteBuffer from, long timeoutNanos) throws IOException {
        int count = send(from, timeoutNanos);
        if (!tellsTaken()) {
            taken(from, count);
        }
        return count;
    }

    /// {@return whether [#receive] and [#send] give the caller's [Turn] up where they wait}
    ///
    /// If not, it is given up for each call of them.
    protected boolean givesWay() {
        return false;
    }

    /// Receives at least one byte, unless nothing fits.
    ///
    /// @param timeoutNanos how long to wait; 0 is for ever
    /// @return how many bytes, or -1 at the end
    /// @throws SocketTimeoutException if nothing came in that time
    protected abstract int receive(ByteBuffer into, long timeoutNanos) throws IOException;

    /// {@return whether [#receive] would not wait, as far as is known}
    ///
    /// If not, no buffer is held while [#awaitReceive] waits.
    protected boolean mayReceive() {
        return true;
    }

    /// Waits until [#receive] may find something; called if [#mayReceive()] says no.
    ///
    /// @param timeoutNanos how long to wait; 0 is for ever
    /// @throws SocketTimeoutException if nothing came in that time
    protected void awaitReceive(long timeoutNanos) throws IOException {}

    /// Sends at least one byte; called by one thread at a time.
    ///
    /// @param timeoutNanos how long to wait; 0 is for ever
    /// @return how many bytes were sent
    /// @throws SocketTimeoutException if nothing could be sent in that time
    protected abstract int send(ByteBuffer from, long timeoutNanos) throws IOException;

    /// Sends bytes of a file; called by one thread at a time.
    ///
    /// This reads them and sends them by [#send(ByteBuffer, long)]. A socket for which the system
    /// has a shorter way overrides it, and leaves it to this while there is a [tap][#tap()].
    ///
    /// @param count how many; negative is all that the file has when it is opened
    /// @param timeoutNanos how long to wait until the client takes a byte; 0 is for ever
    /// @param sent is told of each part how many bytes it had, in the calling thread
    /// @throws EOFException if the file has not so many bytes
    protected void sendFile(Path file, long from, long count, long timeoutNanos, LongConsumer sent)
            throws IOException {
        FileCopy.send(file, from, count, part -> sendSeen(part, timeoutNanos), sent);
    }

    /// {@return a file that is open for reading}
    ///
    /// @throws FileSystemException if it is not a regular file, or must not be read
    protected static FileChannel open(Path file) throws IOException {
        return FileCopy.open(file);
    }

    /// Lets the request go on by another model with another handler, when the handler that runs now
    /// has returned: in a thread, or in another process, with what was read ahead.
    ///
    /// {@snippet class="socketserver.SnippetsTest" region="continue"}
    ///
    /// If the present handler throws, the request ends as ever.
    ///
    /// @throws IllegalArgumentException if the handler cannot go there; says why
    /// @throws UnsupportedOperationException if the model can run none here, or the server is of a
    ///   kind that cannot do this
    /// @throws IllegalStateException if no handler runs the request at this moment
    public final void continueIn(
            RequestRunner model, RequestHandler<? super StreamRequest> handler) {
        server().continueIn(model, this, handler);
    }

    /// {@return whether the request is to go on elsewhere when its present handler has returned}
    ///
    /// What handles a request piece by piece, frame after frame, returns then.
    public final boolean leaves() {
        return server().leaves(this);
    }

    /// {@return what to throw when a thread wants to read what a selector's loop reads}
    protected static IllegalStateException watched() {
        return new IllegalStateException(
                "the bytes of this request are read by a selector's loop: a frame handler gets them"
                        + " as frames");
    }

    /// {@return what was read ahead and not been taken; nothing is read ahead any more}
    protected final byte[] takeAhead() {
        RequestInput ahead = input;
        return ahead == null ? new byte[0] : ahead.takeAhead();
    }

    /// Takes what was read ahead in another process; before anything is read here.
    protected final void readAhead(byte[] bytes) {
        if (bytes.length > 0) {
            input().readAhead(bytes);
        }
    }

    /// {@return whether a read has found that the client has ended its output}
    public final boolean inputEnded() {
        return inputEnded;
    }

    /// Sends what the output has buffered.
    ///
    /// @throws DisconnectedException if the client has gone
    public final void flush() throws IOException {
        whileNobodyWrites(() -> null);
    }

    /// Tells the client that no more will come, after all that was written; reading goes on.
    ///
    /// @throws DisconnectedException if the client has gone
    public final void shutdownOutput() throws IOException {
        whileNobodyWrites(
                () -> {
                    endOutput();
                    if (!tellsTaken()) {
                        outputEnded();
                    }
                    return null;
                });
    }

    /// Sends the end of our bytes (`shutdown(2)` with `SHUT_WR`); called by one thread at a time.
    protected abstract void endOutput() throws IOException;

    /// Sets how long one read may wait for the client's next byte; null is for ever:
    /// [DeadlineKind#READ].
    ///
    /// @throws IllegalArgumentException if the timeout is not positive
    public final void readTimeout(@Nullable Duration timeout) throws IOException {
        deadlines(deadlines.with(DeadlineKind.READ, timeout));
    }

    /// Sets how long one write may wait until the client takes a byte; null is for ever:
    /// [DeadlineKind#WRITE].
    ///
    /// Each byte that the client takes starts the time anew (Python's covers a whole `sendall`), so
    /// that a long answer to a slow client needs no longer timeout.
    ///
    /// @throws IllegalArgumentException if the timeout is not positive
    public final void writeTimeout(@Nullable Duration timeout) throws IOException {
        deadlines(deadlines.with(DeadlineKind.WRITE, timeout));
    }

    /// {@return how long one read may wait, or null for ever}
    public final @Nullable Duration readTimeout() {
        return deadlines.of(DeadlineKind.READ);
    }

    /// {@return how long one write may wait, or null for ever}
    public final @Nullable Duration writeTimeout() {
        return deadlines.of(DeadlineKind.WRITE);
    }

    /// {@return how many nanoseconds one write may wait, or 0 for ever}
    protected final long writeTimeoutNanos() {
        return deadlines.writeNanos();
    }

    /// Gives the client those times from the next read or write on, in place of all that it had;
    /// the first ones while no other thread reads or writes.
    ///
    /// {@snippet class="socketserver.SnippetsTest" region="deadlines"}
    ///
    /// [DeadlineKind#AGE] is the server's to keep: it has been counting since the request was
    /// taken.
    public final void deadlines(ClientDeadlines times) throws IOException {
        deadlines = times;
        if (times.clockInput() && clock == null) {
            clock = new InputClock(bytesIn());
        }
        timeoutsChanged();
    }

    /// {@return the times that the client is given}
    public final ClientDeadlines deadlines() {
        return deadlines;
    }

    /// {@return what the client has done of the times that it is given to send, or null if it has
    /// all the time}
    protected final @Nullable InputClock clock() {
        return clock;
    }

    /// Called when a timeout was set or taken away, for sockets that must be told.
    protected void timeoutsChanged() throws IOException {}

    /// Sets an option of the socket: Python's `request.setsockopt`.
    ///
    /// @throws UnsupportedOperationException if this family or engine has no such option
    public abstract <T> void option(SocketOption<T> option, T value) throws IOException;

    /// {@return the value of an option of the socket}
    ///
    /// @throws UnsupportedOperationException if this family or engine has no such option
    public abstract <T> @Nullable T option(SocketOption<T> option) throws IOException;

    /// {@return who the client of a Unix stream connection is: its process, user and group when it
    /// connected}
    ///
    /// It is what `getsockopt(SO_PEERCRED)` tells of `request` in Python.
    ///
    /// @throws ClosedChannelException if the request was closed
    /// @throws UnsupportedOperationException if this family or engine does not know
    public UnixCredentials credentials() throws IOException {
        throw new UnsupportedOperationException(
                "the kernel knows the credentials of clients of Unix stream sockets only (%s)"
                        .formatted(this));
    }

    @Override
    public final long bytesIn() {
        return (long) BYTES_IN.getOpaque(this);
    }

    @Override
    public final long bytesOut() {
        return (long) BYTES_OUT.getOpaque(this);
    }

    @Override
    public final Waiting waiting() {
        if ((boolean) SENDING.getOpaque(this)) {
            return Waiting.WRITE;
        }
        return (byte) READING.getOpaque(this) == NOTHING ? Waiting.NOTHING : Waiting.READ;
    }

    @Override
    public abstract void close();
}
