package socketserver.transport;

import static socketserver.posix.Constants.POLLIN;
import static socketserver.posix.Constants.POLLOUT;

import org.jspecify.annotations.Nullable;

import socketserver.posix.EpollEvents;
import socketserver.posix.PollSet;
import socketserver.posix.Scratch;
import socketserver.request.Turn;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A non-blocking socket, and the waiting for it: at most one thread reads and one writes at a
/// time. A virtual thread that waits is not inside.
///
/// It is watched by the [Poller] from the first wait of a virtual thread on: a connection that is
/// answered at once never is. Epoll tells it of changes only (`EPOLLET`), and a read that has found
/// less than fits has found all. Where that does not hold, on Unix sockets, epoll tells it for as
/// long as there is something: that costs less than a read to make sure. Only while nobody reads
/// what is there, it is told of changes there, too, for the poller would turn in vain.
final class SocketDescriptor extends Descriptor {
    private static final int WATCHED = EpollEvents.IN | EpollEvents.PRI | EpollEvents.RDHUP;
    private static final int ENDS = EpollEvents.RDHUP | EpollEvents.HUP | EpollEvents.ERR;
    private static final int WRITES = EpollEvents.OUT | EpollEvents.HUP | EpollEvents.ERR;
    // A reader that runs meanwhile on another carrier is not disturbed.
    private static final int MAX_REPEATS = 16;
    private static final long SLICE = 100_000_000;
    private static final AtomicInteger GENERATION = new AtomicInteger();

    private final long mark;
    private final boolean closesOnInterrupt;
    private final boolean readsEndEarly;
    // Whether the next read or write need not wait, as far as is known: set by the poller, cleared
    // by the reader and the writer before their calls.
    private volatile boolean readable = true;
    private volatile boolean writable = true;
    // Whether an end or an error was seen: from then on, no read has to wait.
    private volatile boolean ended;
    // Whether the reader is to stop waiting though there is nothing to read.
    private volatile boolean woken;
    // Whether urgent bytes were seen: a read ends before them, whatever is behind them.
    private volatile boolean urgent;
    // Who waits.
    private volatile @Nullable Thread reader;
    private volatile @Nullable Thread writer;
    // What watches it. Written under the lock of this.
    private volatile @Nullable Epoll epoll;
    // What is told instead of the threads that wait. Written under the lock of this.
    private volatile @Nullable Told told;
    // What epoll watches it for; 0 is nothing. Written under the lock of this.
    private volatile int watched;
    // How often epoll has said again what was known. The polling thread's alone.
    private int repeats;
    // Made at the first wait that has a deadline; by the reader or the writer.
    private volatile @Nullable Deadline deadline;

    private SocketDescriptor(int number, boolean closesOnInterrupt, boolean readsEndEarly) {
        super(number);
        this.closesOnInterrupt = closesOnInterrupt;
        this.readsEndEarly = readsEndEarly;
        mark = (long) GENERATION.incrementAndGet() << 32 | number;
    }

    /// Takes charge of a socket that many use: a thread that is interrupted stops waiting.
    static SocketDescriptor ofListener(int number) {
        return new SocketDescriptor(number, false, false);
    }

    /// Takes charge of a connection: a thread that is interrupted while it waits closes it, as with
    /// the JDK's channels.
    ///
    /// @param readsEndEarly whether a read may leave something though it has not filled the buffer,
    ///   and nothing announces that
    static SocketDescriptor ofConnection(int number, boolean readsEndEarly) {
        return new SocketDescriptor(number, true, readsEndEarly);
    }

    /// {@return number and generation, as epoll has them}
    long mark() {
        return mark;
    }

    @Override
    void closed() {
        LockSupport.unpark(reader);
        LockSupport.unpark(writer);
        Told listening = told;
        if (listening != null) {
            listening.closed();
        }
    }

    /// Lets that be told from now on what there is, instead of threads that wait: whatever is there
    /// already is told at once.
    void attach(Epoll watching, Told listening) throws IOException {
        require();
        try {
            synchronized (this) {
                forget();
                told = listening;
                epoll = watching;
                int events = WATCHED | (readsEndEarly ? 0 : EpollEvents.EDGE);
                watching.add(this, events);
                watched = events;
            }
        } finally {
            leave();
        }
        if (!isOpen()) {
            // Perhaps before it could be told.
            listening.closed();
        }
    }

    /// {@return where a call of the thread that is told puts the error number, or null on any other
    /// thread}
    int @Nullable [] errnoHere() {
        Epoll watching = epoll;
        return told == null || watching == null ? null : watching.errnoHere();
    }

    /// {@return what is told and takes bytes, or null if it is threads that wait}
    @Nullable Attached attached() {
        return told instanceof Attached attached ? attached : null;
    }

    /// Tells nobody any more, until a thread waits again.
    synchronized void detach() {
        forget();
        told = null;
        epoll = null;
        readable = true;
    }

    private void forget() {
        if (epoll != null && watched != 0 && enter()) {
            epoll.remove(this);
            watched = 0;
            leave();
        }
    }

    /// Says what the attached one is to be told.
    void interest(boolean reads, boolean writes) throws IOException {
        int in = EpollEvents.IN | EpollEvents.PRI | EpollEvents.RDHUP;
        watch(
                (reads ? in : 0) | (writes ? EpollEvents.OUT : 0),
                (reads ? 0 : in) | (writes ? 0 : EpollEvents.OUT));
    }

    @Override
    synchronized void releasing() {
        if (epoll != null && watched != 0) {
            epoll.remove(this);
        }
        if (deadline != null) {
            deadline.remove();
        }
    }

    /// {@return whether epoll reports it for as long as there is something to read}
    boolean isToldAgain() {
        return (watched & EpollEvents.EDGE) == 0;
    }

    /// Called by the poller when epoll reports the descriptor.
    void ready(int events) {
        if ((events & ENDS) != 0) {
            ended = true;
        }
        if ((events & EpollEvents.PRI) != 0) {
            urgent = true;
        }
        Told listening = told;
        if (listening != null) {
            listening.ready((events & (EpollEvents.IN | ENDS)) != 0, (events & WRITES) != 0);
        } else if ((events & (EpollEvents.IN | ENDS)) != 0) {
            repeats = readable ? repeats + 1 : 0;
            readable = true;
            Thread waiting = reader;
            if (waiting != null) {
                LockSupport.unpark(waiting);
            } else if (repeats >= MAX_REPEATS) {
                tellOfChanges();
            }
        }
        if ((events & WRITES) != 0) {
            writable = true;
            Thread waiting = writer;
            if (waiting != null) {
                LockSupport.unpark(waiting);
            }
        }
    }

    /// Ends the present or else the next wait of a virtual thread that reads.
    void wake() {
        woken = true;
        LockSupport.unpark(reader);
    }

    /// {@return whether a read may find something}
    boolean isReadable() {
        return readable || ended;
    }

    /// {@return whether a read may find something; from then on it is taken to have found all}
    boolean takeReadable() {
        if (readable) {
            readable = false;
            return true;
        }
        return ended;
    }

    /// {@return whether a read may end before what there is ends, because of urgent bytes}
    boolean isUrgent() {
        return urgent;
    }

    /// Notes that a read has left something, or may have.
    void stillReadable() {
        readable = true;
    }

    /// Notes that a read has found nothing, not even an end.
    void notEnded() {
        ended = false;
    }

    /// Waits until a read may find something.
    ///
    /// @param timeoutNanos how long; 0 is for ever
    /// @return false if the time is over, [#wake()] was called, or a thread was interrupted that
    ///   waits for a listener
    /// @throws AsynchronousCloseException if it is or was closed
    /// @throws ClosedByInterruptException if a thread is or was interrupted that waits for a
    ///   connection, which closes it
    boolean awaitReadable(long timeoutNanos) throws IOException {
        Thread self = Thread.currentThread();
        if (!self.isVirtual()) {
            boolean came = poll(POLLIN, timeoutNanos);
            readable |= came;
            return came;
        }
        long until = timeoutNanos == 0 ? 0 : System.nanoTime() + timeoutNanos | 1;
        reader = self;
        Turn yielded = Turn.yieldCurrent();
        try {
            watchReading();
            expire(until, true);
            while (!readable && !ended) {
                if (woken || !park(self, until)) {
                    woken = false;
                    return false;
                }
            }
            return true;
        } finally {
            reader = null;
            Turn.resume(yielded);
        }
    }

    /// Waits until a write may find room, after one has found none.
    ///
    /// @param timeoutNanos how long; 0 is for ever
    /// @return false if the time is over, or a thread was interrupted that waits for a listener
    /// @throws AsynchronousCloseException if it is or was closed
    /// @throws ClosedByInterruptException if a thread is or was interrupted that waits for a
    ///   connection, which closes it
    boolean awaitWritable(long timeoutNanos) throws IOException {
        Thread self = Thread.currentThread();
        if (!self.isVirtual()) {
            return poll(POLLOUT, timeoutNanos);
        }
        Turn yielded = Turn.yieldCurrent();
        try {
            return parkUntilWritable(self, timeoutNanos);
        } finally {
            Turn.resume(yielded);
        }
    }

    private boolean parkUntilWritable(Thread self, long timeoutNanos) throws IOException {
        long until = timeoutNanos == 0 ? 0 : System.nanoTime() + timeoutNanos | 1;
        writable = false;
        writer = self;
        try {
            watch(EpollEvents.OUT, 0);
            expire(until, false);
            while (!writable) {
                if (!park(self, until)) {
                    return false;
                }
            }
            return true;
        } finally {
            writer = null;
            // Otherwise Unix sockets would report room whenever the peer has read something.
            watch(0, EpollEvents.OUT);
        }
    }

    private boolean park(Thread self, long until) throws IOException {
        if (!mayWait(self)) {
            return false;
        }
        if (until != 0 && until - System.nanoTime() <= 0) {
            return false;
        }
        LockSupport.park(this);
        return true;
    }

    private boolean mayWait(Thread self) throws IOException {
        if (self.isInterrupted()) {
            if (!closesOnInterrupt) {
                return false;
            }
            close();
            throw new ClosedByInterruptException();
        }
        if (!isOpen()) {
            throw new AsynchronousCloseException();
        }
        return true;
    }

    private void watchReading() throws IOException {
        int forbidden = readsEndEarly ? EpollEvents.EDGE : 0;
        if (watched == 0 || (watched & forbidden) != 0) {
            watch(0, forbidden);
        }
    }

    /// Lets the poller watch from now on, for that besides and for this no longer. What is there
    /// already is told at once.
    private void watch(int besides, int noLonger) throws IOException {
        if (!enter()) {
            return;
        }
        try {
            synchronized (this) {
                Epoll opened = epoll == null ? Poller.open().epoll() : epoll;
                epoll = opened;
                int before = watched;
                int all = before == 0 ? WATCHED | EpollEvents.EDGE : before;
                int events = (all & ~noLonger) | besides;
                if (before == 0) {
                    opened.add(this, events);
                } else if (before != events) {
                    opened.change(this, events);
                }
                watched = events;
            }
        } finally {
            leave();
        }
    }

    /// Called by the poller when it has said again what nobody has read yet. A reader that comes
    /// meanwhile misses nothing: what is there at the change is told, and before its next wait it
    /// changes back.
    private void tellOfChanges() {
        if (isToldAgain()) {
            try {
                watch(EpollEvents.EDGE, 0);
            } catch (IOException tooLittleMemory) {
                // It is said once more, then.
            }
        }
    }

    /// Notes until when the reader, or else the writer, waits; 0 is for ever.
    private void expire(long until, boolean reads) throws IOException {
        Deadline made = deadline;
        if (made == null) {
            // Once it is released, nobody would remove the deadline any more.
            if (until == 0 || !enter()) {
                return;
            }
            try {
                made = makeDeadline();
            } finally {
                leave();
            }
        }
        if (reads) {
            made.readUntil = until;
        } else {
            made.writeUntil = until;
        }
        if (until != 0) {
            made.poller.at(made, until);
        }
    }

    private synchronized Deadline makeDeadline() throws IOException {
        Deadline made = deadline == null ? new Deadline(Poller.open()) : deadline;
        deadline = made;
        return made;
    }

    /// Waits in `poll(2)`: for platform threads.
    private boolean poll(int events, long timeoutNanos) throws IOException {
        long until = System.nanoTime() + timeoutNanos;
        while (mayWait(Thread.currentThread())) {
            long left = timeoutNanos == 0 ? Long.MAX_VALUE : until - System.nanoTime();
            if (pollOnce(events, Math.max(0, left)) > 0) {
                return isOpen() || mayWait(Thread.currentThread());
            }
            if (left <= 0) {
                return false;
            }
        }
        return false;
    }

    private int pollOnce(int events, long nanos) throws IOException {
        if (!enter()) {
            throw new AsynchronousCloseException();
        }
        try (Scratch scratch = Scratch.take()) {
            PollSet polled = new PollSet(scratch.memory()).set(0, number(), events);
            if (!closesOnInterrupt) {
                // Nothing ends it when the thread is interrupted.
                return polled.await(1, Math.min(nanos, SLICE));
            }
            return new Interruption(this::close).during(() -> polled.await(1, nanos));
        } finally {
            leave();
        }
    }

    /// Wakes the reader or the writer when its time is over.
    private final class Deadline extends Timers.Timer {
        private final Poller poller;
        // Until when they wait; 0 is for ever. Written by the two.
        private volatile long readUntil;
        private volatile long writeUntil;

        Deadline(Poller poller) {
            this.poller = poller;
        }

        void remove() {
            poller.remove(this);
        }

        @Override
        protected long expired(long now) {
            long read = left(reader, readUntil, now);
            long write = left(writer, writeUntil, now);
            long next = read == 0 ? write : write == 0 ? read : Math.min(read, write);
            return next == 0 ? 0 : now + next | 1;
        }

        private static long left(@Nullable Thread waiting, long until, long now) {
            if (waiting == null || until == 0) {
                return 0;
            }
            if (until - now <= 0) {
                LockSupport.unpark(waiting);
                return 0;
            }
            return until - now;
        }
    }
}
