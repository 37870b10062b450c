package socketserver.transport;

import static socketserver.posix.Constants.POLLIN;
import static socketserver.posix.Constants.POLLOUT;
import static socketserver.posix.Constants.SHUT_RDWR;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import org.jspecify.annotations.Nullable;

import socketserver.posix.EpollEvents;
import socketserver.posix.Libc;
import socketserver.posix.Scratch;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A file descriptor of a non-blocking socket, and the waiting for it: at most one thread reads and
/// one writes at a time.
///
/// It is used between [#enter()] and [#leave()]; whoever closes it marks it, and the last to leave
/// gives the number back to the system, so that no call is ever made on a number that belongs to
/// something else by then. A virtual thread that waits is not inside.
///
/// It is watched by the [Poller] from the first wait of a virtual thread on: a connection that is
/// answered at once never is.
final class Descriptor {
    private static final int CLOSED = 1;
    private static final int USER = 2;
    private static final int WATCHED = EpollEvents.IN | EpollEvents.PRI | EpollEvents.RDHUP;
    private static final int ENDS = EpollEvents.RDHUP | EpollEvents.HUP | EpollEvents.ERR;
    private static final AtomicInteger GENERATION = new AtomicInteger();
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Descriptor.class, "state", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final int number;
    private final long mark;
    private final boolean closesOnInterrupt;
    // CLOSED, and USER for each that is inside. Changed by its handle alone.
    private volatile int state;
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
    // Until when; 0 is for ever. Written by the two.
    private volatile long readUntil;
    private volatile long writeUntil;
    // Written under the lock of this.
    private @Nullable Poller poller;
    // Whether close(2) may wait for the peer. Written by those who are inside.
    private boolean lingers;
    private volatile int watched;
    // Whether the open file may live on in another process when this is closed.
    private volatile boolean shared;
    // Made at the first wait that has a deadline; by the reader or the writer.
    private volatile @Nullable Deadline deadline;

    /// Takes charge of an open descriptor.
    ///
    /// @param closesOnInterrupt whether a thread that is interrupted while it waits closes it, as
    ///   with the JDK's channels; if not, it stops waiting
    Descriptor(int number, boolean closesOnInterrupt) {
        this.number = number;
        this.closesOnInterrupt = closesOnInterrupt;
        mark = (long) GENERATION.incrementAndGet() << 32 | number;
    }

    int number() {
        return number;
    }

    /// {@return number and generation, as epoll has them}
    long mark() {
        return mark;
    }

    boolean isOpen() {
        return (state & CLOSED) == 0;
    }

    /// {@return whether it may be used until [#leave()]; false if it was closed}
    boolean enter() {
        for (; ; ) {
            int before = state;
            if ((before & CLOSED) != 0) {
                return false;
            }
            if (STATE.compareAndSet(this, before, before + USER)) {
                return true;
            }
        }
    }

    /// Enters, or throws if it was closed.
    void require() throws ClosedChannelException {
        if (!enter()) {
            throw new ClosedChannelException();
        }
    }

    void leave() {
        if ((int) STATE.getAndAdd(this, -USER) == USER + CLOSED) {
            release();
        }
    }

    /// Notes that a child process gets the open file, too.
    void share() {
        shared = true;
    }

    /// Notes, by one who is inside, whether `SO_LINGER` lets `close(2)` wait for the peer.
    void lingers(boolean lingers) {
        this.lingers = lingers;
    }

    /// Closes it as soon as nobody uses it, and wakes those who wait. Closing twice does nothing.
    void close() {
        int before;
        do {
            before = state;
            if ((before & CLOSED) != 0) {
                return;
            }
        } while (!STATE.compareAndSet(this, before, before + USER + CLOSED));
        if (before != 0) {
            // A platform thread may be waiting in poll(2).
            Libc.shutdown(number, SHUT_RDWR);
        }
        leave();
        LockSupport.unpark(reader);
        LockSupport.unpark(writer);
    }

    private void release() {
        synchronized (this) {
            if (poller != null) {
                if (watched != 0) {
                    poller.remove(this, shared);
                }
                if (deadline != null) {
                    poller.remove(deadline);
                }
            }
        }
        if (lingers) {
            // It would hold a virtual thread's carrier as long: 2 s were seen.
            Thread.ofPlatform().daemon().name("socketserver-close").start(() -> Libc.close(number));
        } else {
            Libc.close(number);
        }
    }

    /// Called by the poller when epoll reports the descriptor.
    void ready(int events) {
        if ((events & ENDS) != 0) {
            ended = true;
        }
        if ((events & EpollEvents.PRI) != 0) {
            urgent = true;
        }
        if ((events & (EpollEvents.IN | ENDS)) != 0) {
            readable = true;
            Thread waiting = reader;
            if (waiting != null) {
                LockSupport.unpark(waiting);
            }
        }
        if ((events & (EpollEvents.OUT | EpollEvents.HUP | EpollEvents.ERR)) != 0) {
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
    /// @return false if the time is over or [#wake()] was called
    /// @throws AsynchronousCloseException if it is or was closed
    /// @throws ClosedByInterruptException if the thread is or was interrupted, which closes it
    boolean awaitReadable(long timeoutNanos) throws IOException {
        Thread self = Thread.currentThread();
        if (!self.isVirtual()) {
            boolean came = poll(POLLIN, timeoutNanos);
            readable |= came;
            return came;
        }
        long until = timeoutNanos == 0 ? 0 : System.nanoTime() + timeoutNanos | 1;
        readUntil = until;
        reader = self;
        try {
            watchReading();
            if (until != 0) {
                expire(until);
            }
            while (!readable && !ended) {
                if (woken || !park(self, until)) {
                    woken = false;
                    return false;
                }
            }
            return true;
        } finally {
            reader = null;
        }
    }

    /// Waits until a write may find room, after one has found none.
    ///
    /// @param timeoutNanos how long; 0 is for ever
    /// @return false if the time is over
    /// @throws AsynchronousCloseException if it is or was closed
    /// @throws ClosedByInterruptException if the thread is or was interrupted, which closes it
    boolean awaitWritable(long timeoutNanos) throws IOException {
        Thread self = Thread.currentThread();
        if (!self.isVirtual()) {
            return poll(POLLOUT, timeoutNanos);
        }
        long until = timeoutNanos == 0 ? 0 : System.nanoTime() + timeoutNanos | 1;
        writeUntil = until;
        writable = false;
        writer = self;
        try {
            watchWriting(true);
            if (until != 0) {
                expire(until);
            }
            while (!writable) {
                if (!park(self, until)) {
                    return false;
                }
            }
            return true;
        } finally {
            writer = null;
            // Otherwise Unix sockets would report room whenever the peer has read something.
            watchWriting(false);
        }
    }

    private boolean park(Thread self, long until) throws IOException {
        if (!isOpen()) {
            throw new AsynchronousCloseException();
        }
        if (self.isInterrupted()) {
            if (!closesOnInterrupt) {
                return false;
            }
            close();
            throw new ClosedByInterruptException();
        }
        if (until != 0 && until - System.nanoTime() <= 0) {
            return false;
        }
        LockSupport.park(this);
        return true;
    }

    private void watchReading() throws IOException {
        if (watched == 0 && enter()) {
            try {
                synchronized (this) {
                    // The writer may have come first, and waits for what it has asked for.
                    if (watched == 0) {
                        watch(false);
                    }
                }
            } finally {
                leave();
            }
        }
    }

    private void watchWriting(boolean writing) throws IOException {
        if (enter()) {
            try {
                watch(writing);
            } finally {
                leave();
            }
        }
    }

    /// Lets the poller watch from now on; what is there already is told at once.
    private synchronized void watch(boolean writing) throws IOException {
        Poller opened = poller == null ? Poller.open() : poller;
        poller = opened;
        int events = writing ? WATCHED | EpollEvents.OUT : WATCHED;
        if (watched == 0) {
            opened.add(this, events);
        } else {
            opened.change(this, events);
        }
        watched = events;
    }

    private void expire(long until) throws IOException {
        Deadline made = deadline;
        if (made == null) {
            // Once it is released, nobody would remove the deadline any more.
            if (!enter()) {
                return;
            }
            try {
                made = makeDeadline();
            } finally {
                leave();
            }
        }
        Poller.open().at(made, until);
    }

    private synchronized Deadline makeDeadline() throws IOException {
        poller = Poller.open();
        Deadline made = deadline == null ? new Deadline() : deadline;
        deadline = made;
        return made;
    }

    /// Waits in `poll(2)`: for platform threads.
    private boolean poll(int events, long timeoutNanos) throws IOException {
        long until = System.nanoTime() + timeoutNanos;
        int ready = 0;
        do {
            if (!enter()) {
                throw new AsynchronousCloseException();
            }
            try (Scratch scratch = Scratch.take()) {
                MemorySegment descriptors = scratch.memory();
                descriptors.set(JAVA_INT, 0, number);
                descriptors.set(JAVA_SHORT, 4, (short) events);
                descriptors.set(JAVA_SHORT, 6, (short) 0);
                long left = timeoutNanos == 0 ? -1 : Math.max(0, until - System.nanoTime());
                ready =
                        new Interruption(this::close)
                                .during(() -> Libc.poll(descriptors, 1, Poller.millis(left)));
            } finally {
                leave();
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new ClosedByInterruptException();
            }
            if (!isOpen()) {
                throw new AsynchronousCloseException();
            }
        } while (ready <= 0 && (timeoutNanos == 0 || until - System.nanoTime() > 0));
        return ready > 0;
    }

    @Override
    public String toString() {
        return "descriptor " + number;
    }

    /// Wakes the reader or the writer when its time is over.
    private final class Deadline extends Timers.Timer {
        @Override
        long expired(long now) {
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
