package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.concurrency.ChildProcess;
import socketserver.concurrency.LastingTask;
import socketserver.concurrency.UnfinishedFrame;
import socketserver.request.CloseReason;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.RequestRunner;

import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// A row of the table of live requests: what a server is busy with.
///
/// Its values are those of the moment at which they are asked, also after the request has ended.
/// Its methods may be called from any thread.
public final class LiveRequest {
    private static final long ORIGIN = System.nanoTime();

    private final Request request;
    // When it began, in nanoseconds from the origin; once it has gone, -1 minus its duration.
    private volatile long time = System.nanoTime() - ORIGIN;
    // Why it has ended or is about to. Written under the lock of this.
    private volatile @Nullable CloseReason closeReason;
    // Whether another reason may take its place: it was told to come to an end. Guarded by the lock
    // of this.
    private boolean provisional;
    // Whether listeners were told of it. Set by the serving thread before the handler begins.
    private volatile boolean opened;
    // Set by the thread that converses with the child that handles it.
    private volatile @Nullable Elsewhere elsewhere;
    // Made under the lock of this.
    private volatile @Nullable Seldom seldom;
    // What handles it instead of the server's handler. Set before the thread begins that reads it.
    private volatile @Nullable RequestHandler<?> goesOnWith;
    // Whose turn its handler waits for. Set before the handler begins.
    private volatile LastingTask.@Nullable Awaited turn;
    // Set by whoever closes it, before it is known whether a child handles it.
    private volatile boolean killed;
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

    /// A child process that handles it or has done so.
    private static final class Elsewhere {
        final ChildProcess child;
        final Runnable drain;
        final AtomicBoolean told = new AtomicBoolean();
        // What it has told when it was done.
        volatile long bytesIn;
        volatile long bytesOut;
        volatile boolean ended;

        Elsewhere(ChildProcess child, Runnable drain) {
            this.child = child;
            this.drain = drain;
        }

        void drain() {
            if (told.compareAndSet(false, true)) {
                drain.run();
            }
        }
    }

    /// What few requests have. Guarded by the lock of the row.
    private static final class Seldom {
        // Where the request goes on when its handler has returned. Read without the lock, too.
        volatile @Nullable Onward next;
        // Which client it is counted for.
        @Nullable Object countedFor;
        @Nullable AgeLimit ageLimit;
    }

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

    /// {@return how long it is or was live}
    public Duration duration() {
        long known = time;
        return Duration.ofNanos(known < 0 ? -known - 1 : System.nanoTime() - ORIGIN - known);
    }

    /// {@return why it has ended, or is about to}
    public Optional<CloseReason> closeReason() {
        return Optional.ofNullable(closeReason);
    }

    /// {@return how many bytes came from the client so far; those of another process count when it
    /// is done}
    public long bytesIn() {
        Elsewhere there = elsewhere;
        return request.bytesIn() + (there == null ? 0 : there.bytesIn);
    }

    /// {@return how many bytes went to the client so far; those of another process count when it is
    /// done}
    public long bytesOut() {
        Elsewhere there = elsewhere;
        return request.bytesOut() + (there == null ? 0 : there.bytesOut);
    }

    /// {@return what it is doing}
    public State state() {
        if (child().isPresent()) {
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
        Elsewhere there = elsewhere;
        return there == null || there.ended ? Optional.empty() : Optional.of(there.child);
    }

    /// Ends the request at once; a handler that waits in it gets an exception, a process that
    /// handles it is killed.
    public void close() {
        close(CloseReason.CLOSED);
    }

    /// Ends the request at once, for that reason.
    void close(CloseReason reason) {
        endsBy(reason);
        killed = true;
        ChildProcess child = child().orElse(null);
        if (child == null) {
            request.close();
        } else {
            child.process().destroyForcibly();
        }
    }

    /// {@return one line: id, client, state, bytes}
    @Override
    public String toString() {
        return "%s, %s, %d bytes in, %d out".formatted(request, state(), bytesIn(), bytesOut());
    }

    /// Notes why it has ended or is about to, unless that is known.
    synchronized void endsBy(CloseReason reason) {
        if (closeReason == null || provisional) {
            closeReason = reason;
            provisional = false;
        }
    }

    /// Tells it to come to an end.
    ///
    /// @param reason what it ends by then, unless something happens before
    void drain(CloseReason reason) {
        synchronized (this) {
            if (closeReason == null) {
                closeReason = reason;
                provisional = true;
            }
        }
        Elsewhere there = elsewhere;
        if (there == null) {
            request.drain();
        } else {
            there.drain();
        }
    }

    /// Notes that listeners are told of it from now on.
    ///
    /// @param age how long it may last, or null for ever
    void opens(@Nullable Duration age) {
        opened = true;
        if (age != null) {
            synchronized (this) {
                seldom().ageLimit = AgeLimit.begin(this, age);
            }
        }
    }

    /// {@return whether listeners were told of it}
    boolean isOpened() {
        return opened;
    }

    private Seldom seldom() {
        Seldom made = seldom == null ? new Seldom() : seldom;
        seldom = made;
        return made;
    }

    /// Notes for which client it is counted, unless it is already or has gone.
    ///
    /// @return whether it is from now on
    synchronized boolean countsFor(Object client) {
        if (isGone() || (seldom != null && seldom.countedFor != null)) {
            return false;
        }
        seldom().countedFor = client;
        return true;
    }

    /// {@return for which client it was counted and is no more, or null}
    synchronized @Nullable Object countsNoMore() {
        Seldom rest = seldom;
        if (rest == null) {
            return null;
        }
        Object client = rest.countedFor;
        rest.countedFor = null;
        return client;
    }

    boolean isGone() {
        return time < 0;
    }

    /// Notes that it has gone from the table.
    ///
    /// @return why it has ended
    synchronized CloseReason gone() {
        time = -1 - (System.nanoTime() - ORIGIN - time);
        if (seldom != null && seldom.ageLimit != null) {
            seldom.ageLimit.end();
        }
        CloseReason reason = closeReason == null ? CloseReason.HANDLED : closeReason;
        closeReason = reason;
        provisional = false;
        return reason;
    }

    void handedOn() {
        taker = null;
    }

    void begin() {
        handler = Thread.currentThread();
        taker = null;
    }

    void addElsewhere(long bytesIn, long bytesOut) {
        Elsewhere there = elsewhere;
        if (there != null) {
            there.bytesIn = bytesIn;
            there.bytesOut = bytesOut;
        }
    }

    /// Notes that a process handles it.
    ///
    /// @param drain tells it there to come to an end
    void moved(ChildProcess child, Runnable drain) {
        Elsewhere there = new Elsewhere(child, drain);
        elsewhere = there;
        if (request.draining()) {
            there.drain();
        }
        handler = null;
        if (killed) {
            // Closed while the child was about to take it.
            child.process().destroyForcibly();
        }
    }

    /// Lets the request go on there; called by its handler.
    synchronized void continueIn(RequestRunner runner, RequestHandler<?> handler) {
        seldom().next = new Onward(runner, handler);
    }

    /// {@return what the request goes on by, now that its handler has returned, or null if nothing
    /// was said}
    synchronized @Nullable RequestRunner goOn() {
        Seldom rest = seldom;
        Onward onward = rest == null ? null : rest.next;
        if (rest == null || onward == null) {
            return null;
        }
        goesOnWith = onward.handler();
        rest.next = null;
        return onward.runner();
    }

    /// {@return whether the request goes on elsewhere when its handler has returned}
    boolean leaves() {
        Seldom rest = seldom;
        return rest != null && rest.next != null;
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
        return goesOnWith instanceof LastingTask.Lasting lasting
                && lasting.hasBegun()
                && handler != null;
    }

    /// Says whose turn its handler waits for.
    void takesTurns(LastingTask.Awaited turn) {
        this.turn = turn;
    }

    void end() {
        Elsewhere there = elsewhere;
        if (there != null) {
            there.ended = true;
        }
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
