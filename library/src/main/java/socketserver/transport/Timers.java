package socketserver.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Deadlines ordered by time: a binary heap whose entries know their place, so that each can be
/// moved and taken out.
///
/// A timer is entered at most once, and looked at when its time has come: whoever waits longer by
/// then is entered again. So a connection that is busy costs one entry for each timeout, not one
/// for each wait.
public final class Timers {
    private static final int NOT_ENTERED = -1;
    private static final int REMOVED = -2;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private final List<Timer> heap = new ArrayList<>();

    /// Something that has a deadline now and then.
    public abstract static class Timer {
        // Written under the lock; read by the waiting thread without it.
        private volatile int place = NOT_ENTERED;
        private volatile long at;

        /// Makes one that is not entered.
        protected Timer() {}

        /// Called when the time has come that it was entered for.
        ///
        /// @return 0, or when to call it again, on the clock of `System.nanoTime()`
        protected abstract long expired(long now);
    }

    /// {@return the point of the clock of `System.nanoTime()` that is so much later; never 0}
    public static long later(long now, Duration time) {
        // Half of what the clock has, so that points can be compared.
        return now + Math.min(TimeUnit.NANOSECONDS.convert(time), Long.MAX_VALUE / 2) | 1;
    }

    /// Lets the timer be called at that time or before.
    ///
    /// @return whether it is the first of all now
    public boolean enter(Timer timer, long at) {
        if (timer.place >= 0 && timer.at - at <= 0) {
            return false;
        }
        lock.lock();
        try {
            if (timer.place == NOT_ENTERED) {
                timer.at = at;
                heap.add(timer);
                rise(timer, heap.size() - 1);
            } else if (timer.place >= 0 && timer.at - at > 0) {
                timer.at = at;
                rise(timer, timer.place);
            }
            return timer.place == 0;
        } finally {
            lock.unlock();
        }
    }

    /// Forgets the timer for good: whoever is about to enter it, be it because it asks to be called
    /// again, comes too late.
    public void remove(Timer timer) {
        lock.lock();
        try {
            if (timer.place >= 0) {
                take(timer.place);
            }
            timer.place = REMOVED;
        } finally {
            lock.unlock();
        }
    }

    /// {@return how many nanoseconds are left to the first, at least 0, or -1 if there is none}
    public long left() {
        lock.lock();
        try {
            return heap.isEmpty() ? -1 : Math.max(0, heap.getFirst().at - System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /// Calls those whose time has come.
    public void run() {
        long now = System.nanoTime();
        for (; ; ) {
            Timer due;
            lock.lock();
            try {
                if (heap.isEmpty() || heap.getFirst().at - now > 0) {
                    return;
                }
                due = heap.getFirst();
                take(0);
            } finally {
                lock.unlock();
            }
            long again = due.expired(now);
            if (again != 0) {
                enter(due, again);
            }
        }
    }

    private void take(int place) {
        heap.get(place).place = NOT_ENTERED;
        Timer last = heap.removeLast();
        if (place < heap.size()) {
            sink(last, place);
            rise(last, last.place);
        }
    }

    private void rise(Timer timer, int from) {
        int place = from;
        while (place > 0 && heap.get((place - 1) / 2).at - timer.at > 0) {
            put(heap.get((place - 1) / 2), place);
            place = (place - 1) / 2;
        }
        put(timer, place);
    }

    private void sink(Timer timer, int from) {
        int place = from;
        for (int child; (child = 2 * place + 1) < heap.size(); place = child) {
            if (child + 1 < heap.size() && heap.get(child + 1).at - heap.get(child).at < 0) {
                child++;
            }
            if (timer.at - heap.get(child).at <= 0) {
                break;
            }
            put(heap.get(child), place);
        }
        put(timer, place);
    }

    private void put(Timer timer, int place) {
        heap.set(place, timer);
        timer.place = place;
    }
}
