package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import socketserver.request.DeadlineException;
import socketserver.request.DeadlineKind;
import socketserver.request.DisconnectedException;
import socketserver.request.OutputOverflowException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/// The outgoing side of a connection that a loop serves: sends at once what the client takes, and
/// keeps the rest.
///
/// Any thread may call its methods. Fields are guarded by its lock.
final class FramedOutput {
    private final FramedConnection<?> connection;
    // What is kept, or null. Read without the lock, too.
    private volatile @Nullable OutputQueue queue;
    // Whether more is likely to come soon, so that it is sent together. Set by the loop's thread.
    private boolean corked;
    // Whether the end of our bytes is to be sent behind them.
    private boolean endsBehind;
    // Read without the lock, too.
    private volatile boolean paused;
    // Whether it is watched how long the client takes nothing.
    private boolean timed;

    FramedOutput(FramedConnection<?> connection) {
        this.connection = connection;
    }

    /// {@return whether there is nobody who would get what is kept}
    static boolean isLost(@Nullable Throwable failure) {
        return failure instanceof DisconnectedException
                || failure instanceof OutputOverflowException
                || (failure instanceof DeadlineException late && late.kind() == DeadlineKind.WRITE)
                || failure instanceof ClosedChannelException;
    }

    /// {@return whether so much is kept that nothing is to be read}
    boolean isPaused() {
        return paused;
    }

    /// {@return whether nothing is kept}
    boolean isEmpty() {
        return queue == null;
    }

    /// Sends a frame, or drops it if that is what becomes of those for which there is no room.
    void sendFrame(ByteBuffer frame) throws IOException {
        if (limits().overflow() == Overflow.DROP && !hasRoomFor(frame)) {
            return;
        }
        if (connection.stream().gathers()) {
            connection.request().write(frame);
        } else {
            connection.stream().sent(send(frame));
        }
    }

    private synchronized boolean hasRoomFor(ByteBuffer frame) {
        OutputQueue kept = queue;
        return kept == null || kept.bytes() + (long) frame.remaining() <= limits().maximum();
    }

    private OutputLimits limits() {
        return connection.loop().outputLimits();
    }

    /// Sends all bytes of the buffer, now or later.
    int send(ByteBuffer bytes) throws IOException {
        int count = bytes.remaining();
        synchronized (this) {
            if (queue == null && !corked) {
                connection.stream().sendNow(bytes);
            }
            if (bytes.hasRemaining()) {
                keep(bytes);
            }
        }
        return count;
    }

    private void keep(ByteBuffer bytes) throws IOException {
        OutputQueue kept = queue();
        if (kept.bytes() + (long) bytes.remaining() > limits().maximum()) {
            throw overflow();
        }
        kept.add(bytes);
        if (kept.bytes() > limits().pauseAbove()) {
            paused = true;
        }
        if (!corked) {
            watch();
        }
    }

    private OutputQueue queue() {
        OutputQueue kept = queue;
        if (kept == null) {
            kept = new OutputQueue();
            queue = kept;
        }
        return kept;
    }

    private OutputOverflowException overflow() {
        var overflow =
                new OutputOverflowException(connection.request().client(), limits().maximum());
        connection.loop().execute(() -> connection.end(overflow));
        return overflow;
    }

    /// Sends what a source makes, when all before was sent.
    synchronized void add(OutputQueue.Source source) throws IOException {
        queue().add(source);
        watch();
    }

    /// Lets the loop know when there is room, and when there is none for too long.
    private void watch() throws IOException {
        connection.stream().interest(connection.reads(), true);
        time(false);
    }

    private void time(boolean anew) {
        if (anew || !timed) {
            timed = true;
            connection.timer().waits();
        }
    }

    /// Keeps what is sent, until [#uncork()].
    void cork() {
        if (!corked) {
            synchronized (this) {
                corked = true;
            }
        }
    }

    /// Sends what was kept meanwhile.
    void uncork() {
        if (corked) {
            synchronized (this) {
                corked = false;
            }
            connection.flush();
        }
    }

    /// Sends what the client takes.
    ///
    /// @throws Exception what a source throws, or the connection
    synchronized void flush() throws Exception {
        OutputQueue kept = queue;
        if (kept == null || corked) {
            return;
        }
        boolean taken = kept.sendTo(connection.stream());
        boolean wasPaused = paused;
        if (kept.bytes() < limits().resumeBelow()) {
            paused = false;
        }
        boolean done = kept.isEmpty() && (!endsBehind || connection.stream().endOutputNow());
        if (done) {
            queue = null;
            timed = false;
        } else {
            time(taken);
        }
        connection.stream().interest(connection.reads(), !done);
        if (wasPaused && !paused) {
            connection.goOn();
        }
    }

    /// Ends our bytes, behind what is kept.
    synchronized void endOutput() throws IOException {
        if (queue != null) {
            endsBehind = true;
        } else if (!connection.stream().endOutputNow() && !connection.isFinished()) {
            endsBehind = true;
            queue();
            watch();
        }
    }

    /// {@return whether the request has to last until what is kept was sent, which is seen to}
    boolean endsLater() {
        try {
            // What was gathered by output(), if that has a buffer.
            connection.request().flush();
            synchronized (this) {
                if (queue != null) {
                    connection.stream().interest(false, true);
                }
                return queue != null;
            }
        } catch (IOException gone) {
            return false;
        }
    }

    /// Forgets what is kept.
    synchronized void clear() {
        OutputQueue kept = queue;
        if (kept != null) {
            kept.close();
        }
        queue = null;
        paused = false;
    }
}
