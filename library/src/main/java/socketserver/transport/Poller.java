package socketserver.transport;

import static socketserver.posix.Constants.EFD_CLOEXEC;
import static socketserver.posix.Constants.EFD_NONBLOCK;
import static socketserver.posix.Constants.EPOLL_CLOEXEC;
import static socketserver.posix.Constants.EPOLL_CTL_ADD;
import static socketserver.posix.Constants.EPOLL_CTL_DEL;
import static socketserver.posix.Constants.EPOLL_CTL_MOD;
import static socketserver.posix.Constants.POLLIN;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;

import socketserver.posix.EpollEvents;
import socketserver.posix.Libc;
import socketserver.posix.PollSet;
import socketserver.posix.SystemCallException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/// Wakes the virtual threads that wait for descriptors: one for the whole process.
///
/// It is a virtual thread itself, so that waking another one costs no switch of the carrier: it
/// takes what epoll has, wakes, and yields. When there has been nothing for some turns, it parks
/// and a platform thread goes on instead, which can wait, in `poll(2)` on epoll's descriptor: to
/// wait in `epoll_wait(2)` would block the carrier. That thread wakes whom the events are for, and
/// gives the polling back when there is much to do. It fires the deadlines, too.
///
/// `Thread.yield()` lets only those threads run that are in the carrier's own queue. So that others
/// come to their turn, threads started elsewhere and sleepers, it parks every 10 ms however busy it
/// is: then it queues behind them.
final class Poller {
    private static final int MAX_EVENTS = 512;
    private static final int IDLE_TURNS = 20;
    // When the platform thread gives the polling back: after so many events at once, or so many
    // waits in a row that were shorter.
    private static final int MANY_EVENTS = 4;
    private static final int SHORT_WAITS = 3;
    private static final long SHORT_NANOS = 20_000;
    private static final long BUSY_NANOS = 10_000_000;
    private static final int PATIENCE = 100;
    private static final long WAKE_UP = -1;

    // Guarded by this class. Not a constant of it: opening fails while the process has no
    // descriptor left, and a class that could not be initialized stays so.
    private static @Nullable Poller instance;

    private final int epoll;
    private final int wakeUp;
    // What eventfd(2) is told. Never written again.
    private final MemorySegment one = Arena.global().allocateFrom(JAVA_LONG, 1);
    private final Timers timers = new Timers();
    private final Thread thread;
    private final Thread waiter;
    // Whether the platform thread polls. Set by the virtual thread, cleared by the other.
    private volatile boolean handedOver;
    // Whether epoll will repeat some of what it has said, until somebody has read. The polling
    // thread's alone.
    private boolean repeats;
    // Whether the platform thread gets the polling only to give it back at once. Written by the
    // virtual thread, before handedOver.
    private boolean givesWay;
    // By descriptor number. Replaced and written under the lock of this.
    private volatile AtomicReferenceArray<@Nullable SocketDescriptor> watched =
            new AtomicReferenceArray<>(1024);

    private Poller(int epoll, int wakeUp) {
        this.epoll = epoll;
        this.wakeUp = wakeUp;
        thread = Thread.ofVirtual().name("socketserver-poller").unstarted(this::run);
        waiter =
                Thread.ofPlatform().daemon().name("socketserver-poll").unstarted(this::pollInstead);
    }

    /// {@return the poller of this process, opened at the first call that succeeds}
    ///
    /// @throws SystemCallException if it cannot be opened now
    static synchronized Poller open() throws SystemCallException {
        Poller made = instance;
        if (made == null) {
            int epoll =
                    SystemCallException.check(
                            Libc.epollCreate(EPOLL_CLOEXEC), "epoll_create1", null);
            int wakeUp = Libc.eventfd(EFD_CLOEXEC | EFD_NONBLOCK);
            if (wakeUp < 0) {
                Libc.close(epoll);
                throw SystemCallException.of(wakeUp, "eventfd", null);
            }
            Libc.epollCtl(epoll, EPOLL_CTL_ADD, wakeUp, EpollEvents.IN | EpollEvents.EDGE, WAKE_UP);
            made = new Poller(epoll, wakeUp);
            made.waiter.start();
            made.thread.start();
            instance = made;
        }
        return made;
    }

    /// Watches a descriptor from now on; if it is ready already, it is told so.
    void add(SocketDescriptor descriptor, int events) throws SystemCallException {
        int number = descriptor.number();
        synchronized (this) {
            AtomicReferenceArray<@Nullable SocketDescriptor> table = watched;
            if (number >= table.length()) {
                table = larger(table, number);
                watched = table;
            }
            table.set(number, descriptor);
        }
        control(EPOLL_CTL_ADD, descriptor, events);
    }

    private static AtomicReferenceArray<@Nullable SocketDescriptor> larger(
            AtomicReferenceArray<@Nullable SocketDescriptor> table, int number) {
        AtomicReferenceArray<@Nullable SocketDescriptor> larger =
                new AtomicReferenceArray<>(Math.max(number + 1, 2 * table.length()));
        for (int i = 0; i < table.length(); i++) {
            larger.setPlain(i, table.getPlain(i));
        }
        return larger;
    }

    /// Changes what is watched of a descriptor, and tells it if that is ready already.
    void change(SocketDescriptor descriptor, int events) throws SystemCallException {
        control(EPOLL_CTL_MOD, descriptor, events);
    }

    /// Forgets a descriptor, before it is closed.
    ///
    /// The system takes it out of epoll itself when the last process closes the open file. One that
    /// lives on in a child process would be reported for ever.
    void remove(SocketDescriptor descriptor, boolean shared) {
        if (shared) {
            Libc.epollCtl(epoll, EPOLL_CTL_DEL, descriptor.number(), 0, 0);
        }
        synchronized (this) {
            watched.compareAndSet(descriptor.number(), descriptor, null);
        }
    }

    private void control(int operation, SocketDescriptor descriptor, int events)
            throws SystemCallException {
        SystemCallException.check(
                Libc.epollCtl(epoll, operation, descriptor.number(), events, descriptor.mark()),
                "epoll_ctl",
                descriptor);
    }

    /// Lets the timer be called at that time or before.
    void at(Timers.Timer timer, long nanoTime) {
        if (timers.enter(timer, nanoTime)) {
            LockSupport.unpark(waiter);
            if (handedOver) {
                wakeUp();
            }
        }
    }

    void remove(Timers.Timer timer) {
        timers.remove(timer);
    }

    private void wakeUp() {
        Libc.write(wakeUp, one);
    }

    @SuppressWarnings("ThreadPriorityCheck") // the yield is what lets the woken threads run
    private void run() {
        EpollEvents events = new EpollEvents(MAX_EVENTS);
        int[] errno = {0};
        int idle = 0;
        boolean byTimer = true;
        for (long since = System.nanoTime(); ; ) {
            idle = tellAll(events, errno) > 0 ? 0 : idle + 1;
            if (idle >= IDLE_TURNS) {
                handOver(false);
                idle = 0;
                since = System.nanoTime();
            } else if (idle == 0 && System.nanoTime() - since >= BUSY_NANOS) {
                // A carrier goes on with the queue that its last work came from: to come back by
                // the same one every time would leave the others waiting.
                if (byTimer) {
                    LockSupport.parkNanos(this, 1);
                } else {
                    handOver(true);
                }
                byTimer = !byTimer;
                since = System.nanoTime();
            } else {
                Thread.yield();
            }
        }
    }

    /// Tells all whom there are events for; by the thread that polls.
    ///
    /// @return how many there were, or less than 0 if epoll could not be asked
    private int tellAll(EpollEvents events, int[] errno) {
        repeats = false;
        int count = Libc.epollNow(epoll, events, errno);
        for (int i = 0; i < count; i++) {
            tell(events.data(i), events.flags(i));
        }
        return count;
    }

    private void tell(long mark, int events) {
        if (mark == WAKE_UP) {
            return;
        }
        int number = (int) mark;
        AtomicReferenceArray<@Nullable SocketDescriptor> table = watched;
        SocketDescriptor descriptor = number < table.length() ? table.get(number) : null;
        if (descriptor != null && descriptor.mark() == mark) {
            descriptor.ready(events);
            repeats |= descriptor.isToldAgain();
        }
    }

    private void handOver(boolean givesWay) {
        this.givesWay = givesWay;
        handedOver = true;
        LockSupport.unpark(waiter);
        // At least once: a permit that is left over would end the next wait before it began.
        do {
            LockSupport.park(this);
        } while (handedOver);
    }

    private void pollInstead() {
        PollSet polled =
                new PollSet(Arena.global().allocate(PollSet.STRIDE, Integer.BYTES))
                        .set(0, epoll, POLLIN);
        EpollEvents events = new EpollEvents(MAX_EVENTS);
        int[] errno = {0};
        int shortWaits = 0;
        for (; ; ) {
            // In this order: a deadline that is entered later wakes this thread in the one way or
            // the other.
            boolean polls = handedOver;
            long left = timers.left();
            if (polls && givesWay) {
                handBack();
            } else if (polls) {
                long before = System.nanoTime();
                if (polled.await(1, left) > 0) {
                    boolean isShort = System.nanoTime() - before < SHORT_NANOS;
                    shortWaits = isShort ? shortWaits + 1 : 0;
                    int count = tellAll(events, errno);
                    if (shortWaits >= SHORT_WAITS || count >= MANY_EVENTS || repeats) {
                        shortWaits = 0;
                        handBack();
                    }
                }
            } else if (!handedOver) {
                // Looked at again: to wait for the lock of the timers may have used up what
                // handOver() has unparked us with.
                if (left < 0) {
                    LockSupport.park(this);
                } else {
                    LockSupport.parkNanos(this, left);
                }
            }
            timers.run();
        }
    }

    private void handBack() {
        awaitParked();
        handedOver = false;
        LockSupport.unpark(thread);
    }

    /// Waits until the virtual thread has left its carrier: if it were woken before, it would go on
    /// without letting anybody else have the carrier.
    private void awaitParked() {
        for (int i = 0; i < PATIENCE && thread.getState() != Thread.State.WAITING; i++) {
            LockSupport.parkNanos(this, 20_000);
        }
    }
}
