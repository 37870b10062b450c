package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.concurrency.ChildProcess;
import socketserver.concurrency.LastingTask;
import socketserver.concurrency.UnfinishedFrame;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.RequestRunner;

import java.net.SocketAddress;
import java.time.Instant;
import java.util.Optional;

/// A row of the table of live requests: what a server is busy with.
///
/// Its values are those of the moment at which they are asked, also after the request has ended.
/// Its methods may be called from any thread.
public final class LiveRequest {
    private final Request request;
    // Set by the thread that converses with the child.
    private volatile @Nullable ChildProcess child;
    // Where the request goes on when its handler has returned. Written under the lock of this.
    private volatile @Nullable Onward next;
    // What handles it instead of the server's handler. Set before the thread begins that reads it.
    private volatile @Nullable RequestHandler<?> goesOnWith;
    // Whose turn its handler waits for. Set before the handler begins.
    private volatile LastingTask.@Nullable Awaited turn;
    // Set by whoever closes it, before it is known whether a child handles it.
    private volatile boolean killed;
    // What a child has told when it was done. Written by the thread that converses with it.
    private volatile @Nullable Transferred elsewhere;
    // Set and cleared by the thread that runs the handler.
    private volatile @Nullable Thread handler;
    // Set by the serving thread until it has handed the request on.
    private volatile @Nullable Thread taker;
    // Set by the handler's thread when the handler has ended and left the request open.
    private volatile boolean kept;

    /// What a live request is doing.
    public enum State {
        /// It waits for its handler to begin.
        QUEUED,
        /// Its handler runs, or waits for something that the server does not know of.
        HANDLING,
        /// Its handler waits for the client's next bytes.
        READING,
        /// Its handler waits for the client to take bytes.
        WRITING,
        /// Its handler may go on, and waits until it is its turn; under the selector model alone.
        AWAITING_TURN,
        /// Its handler has ended and left it open.
        KEPT,
        /// It was closed.
        CLOSED
    }

    /// Where a request goes on, and with what.
    private record Onward(RequestRunner runner, RequestHandler<?> handler) {}

    /// How many bytes have come and gone.
    private record Transferred(long in, long out) {}

    LiveRequest(Request request) {
        this.request = request;
        taker = Thread.currentThread();
    }

    /// {@return the request itself}
    public Request request() {
        return request;
    }

    /// {@return who asks}
    public SocketAddress client() {
        return request.client();
    }

    /// {@return when the server took the request}
    public Instant since() {
        return request.since();
    }

    /// {@return how many bytes came from the client so far; those of another process count when it
    /// is done}
    public long bytesIn() {
        Transferred there = elsewhere;
        return request.bytesIn() + (there == null ? 0 : there.in());
    }

    /// {@return how many bytes went to the client so far; those of another process count when it is
    /// done}
    public long bytesOut() {
        Transferred there = elsewhere;
        return request.bytesOut() + (there == null ? 0 : there.out());
    }

    /// {@return what it is doing}
    public State state() {
        if (child != null) {
            return killed ? State.CLOSED : State.HANDLING;
        }
        if (!request.isOpen()) {
            return State.CLOSED;
        }
        Thread thread = handler;
        LastingTask.Awaited awaited = turn;
        if (awaited != null && thread != null && awaited.isAwaitedBy(thread)) {
            return State.AWAITING_TURN;
        }
        LastingTask.@Nullable Lasting lasting =
                goesOnWith instanceof LastingTask.Lasting lasts ? lasts : null;
        return switch (lasting == null ? request.waiting() : lasting.waiting()) {
            case READ -> State.READING;
            case WRITE -> State.WRITING;
            case NOTHING -> handler != null ? State.HANDLING : kept ? State.KEPT : State.QUEUED;
        };
    }

    /// {@return what has come of a frame that is not there as a whole, if a selector's loop reads
    /// the request's frames}
    public Optional<UnfinishedFrame> unfinishedFrame() {
        return goesOnWith instanceof LastingTask.Lasting lasting
                ? lasting.unfinished()
                : Optional.empty();
    }

    /// {@return the thread that runs its handler at this moment, or the loop that calls it}
    public Optional<Thread> handler() {
        return Optional.ofNullable(handler);
    }

    /// {@return the process that handles it, if it is handled in another one}
    public Optional<ChildProcess> child() {
        return Optional.ofNullable(child);
    }

    /// Ends the request at once; a handler that waits in it gets an exception, a process that
    /// handles it is killed.
    public void close() {
        killed = true;
        ChildProcess elsewhere = child;
        if (elsewhere == null) {
            request.close();
        } else {
            elsewhere.process().destroyForcibly();
        }
    }

    /// {@return one line: id, client, state, bytes}
    @Override
    public String toString() {
        return "%s, %s, %d bytes in, %d out".formatted(request, state(), bytesIn(), bytesOut());
    }

    void handedOn() {
        taker = null;
    }

    void begin() {
        handler = Thread.currentThread();
        taker = null;
    }

    void addElsewhere(long bytesIn, long bytesOut) {
        elsewhere = new Transferred(bytesIn, bytesOut);
    }

    void moved(ChildProcess child) {
        this.child = child;
        handler = null;
        if (killed) {
            // Closed while the child was about to take it.
            child.process().destroyForcibly();
        }
    }

    /// Lets the request go on there; called by its handler.
    synchronized void continueIn(RequestRunner runner, RequestHandler<?> handler) {
        next = new Onward(runner, handler);
    }

    /// {@return what the request goes on by, now that its handler has returned, or null if nothing
    /// was said}
    synchronized @Nullable RequestRunner goOn() {
        Onward onward = next;
        if (onward == null) {
            return null;
        }
        goesOnWith = onward.handler();
        next = null;
        return onward.runner();
    }

    /// {@return whether the request goes on elsewhere when its handler has returned}
    boolean leaves() {
        return next != null;
    }

    @Nullable RequestHandler<?> goesOnWith() {
        return goesOnWith;
    }

    /// Lets that handle it, until it is ended by other means than that the handler returns.
    void lasts(LastingTask.Lasting handler) {
        goesOnWith = handler;
    }

    /// {@return whether the request goes on though its handler has returned}
    boolean isLasting() {
        return goesOnWith instanceof LastingTask.Lasting && handler != null;
    }

    /// Says whose turn its handler waits for.
    void takesTurns(LastingTask.Awaited turn) {
        this.turn = turn;
    }

    void end() {
        child = null;
        kept = request.isOpen();
        handler = null;
    }

    /// {@return whether that thread is busy with it: its handler's, or the serving one that takes
    /// it}
    boolean runsOn(@Nullable Thread thread) {
        return thread != null && (thread.equals(handler) || thread.equals(taker));
    }

    boolean isKept() {
        return kept;
    }
}
