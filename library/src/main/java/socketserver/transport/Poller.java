package socketserver.transport;

import static socketserver.posix.Constants.POLLIN;

import org.jspecify.annotations.Nullable;

import socketserver.posix.EpollEvents;
import socketserver.posix.PollSet;
import socketserver.posix.SystemCallException;

import java.lang.foreign.Arena;
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

    // Guarded by this class. Not a constant of it: opening fails while the process has no
    // descriptor left, and a class that could not be initialized stays so.
    private static @Nullable Poller instance;

    private final Epoll epoll;
    private final Timers timers = new Timers();
    private final Thread thread;
    private final Thread waiter;
    // Whether the platform thread polls. Set by the virtual thread, cleared by the other.
    private volatile boolean handedOver;
    // Whether the platform thread gets the polling only to give it back at once. Written by the
    // virtual thread, before handedOver.
    private boolean givesWay;

    private Poller(Epoll epoll) {
        this.epoll = epoll;
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
            made = new Poller(Epoll.open());
            made.waiter.start();
            made.thread.start();
            instance = made;
        }
        return made;
    }

    /// {@return what watches the descriptors}
    Epoll epoll() {
        return epoll;
    }

    /// Lets the timer be called at that time or before.
    void at(Timers.Timer timer, long nanoTime) {
        if (timers.enter(timer, nanoTime)) {
            LockSupport.unpark(waiter);
            if (handedOver) {
                epoll.wakeUp();
            }
        }
    }

    void remove(Timers.Timer timer) {
        timers.remove(timer);
    }

    @SuppressWarnings("ThreadPriorityCheck") // the yield is what lets the woken threads run
    private void run() {
        EpollEvents events = new EpollEvents(MAX_EVENTS);
        int idle = 0;
        boolean byTimer = true;
        for (long since = System.nanoTime(); ; ) {
            idle = epoll.tellAll(events) > 0 ? 0 : idle + 1;
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
                        .set(0, epoll.number(), POLLIN);
        EpollEvents events = new EpollEvents(MAX_EVENTS);
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
                    int count = epoll.tellAll(events);
                    if (shortWaits >= SHORT_WAITS || count >= MANY_EVENTS || epoll.repeats()) {
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
