package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.Request;
import socketserver.request.Turn;
import socketserver.transport.Alarm;
import socketserver.transport.Timers;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The table of live requests: the one registry that counting, joining and draining use.
///
/// A request is in it from its verification until its handler has ended and it was closed, both.
/// The serving thread adds; any thread removes.
final class LiveRequests {
    /// How often is looked for what nobody tells.
    static final Duration SWEEP = Duration.ofMillis(50);

    private final ConcurrentHashMap<Request, LiveRequest> rows = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();
    // How many rows' handlers have left their requests open.
    private final AtomicInteger kept = new AtomicInteger();
    private final Sweep sweep = new Sweep();
    private final Runnable onChange;
    private final Consumer<LiveRequest> onGone;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger waiters = new AtomicInteger();
    private volatile @Nullable Runnable onEmpty;
    // The threads that wait for the server to stop; some of them may run handlers.
    private final Set<Thread> stopping = ConcurrentHashMap.newKeySet();

    /// Makes an empty table.
    ///
    /// @param onChange called after a row has gone or is kept
    /// @param onGone told of each row that has gone, before it counts as such
    LiveRequests(Runnable onChange, Consumer<LiveRequest> onGone) {
        this.onChange = onChange;
        this.onGone = onGone;
    }

    int size() {
        return size.get();
    }

    LiveRequest add(Request request) {
        LiveRequest row = new LiveRequest(request);
        rows.put(request, row);
        size.incrementAndGet();
        return row;
    }

    @Nullable LiveRequest row(Request request) {
        return rows.get(request);
    }

    /// {@return the rows of this moment}
    List<LiveRequest> rows() {
        sweep();
        return List.copyOf(rows.values());
    }

    /// Removes the rows of requests that were closed after their handlers had left them open.
    void sweep() {
        if (kept.get() == 0) {
            return;
        }
        for (LiveRequest row : rows.values()) {
            if (row.isKept() && !row.request().isOpen()) {
                remove(row.request());
            }
        }
    }

    /// Notes that the handler of that row has ended, or is not to run.
    void ended(LiveRequest row) {
        row.end();
        if (row.isKept()) {
            kept.incrementAndGet();
            Alarm.at(sweep, Timers.later(System.nanoTime(), SWEEP));
            announce();
        } else {
            remove(row.request());
        }
    }

    /// Notes that the request was closed; its row stays as long as a handler runs on it.
    void closed(Request request) {
        LiveRequest row = rows.get(request);
        if (row != null && row.handler().isEmpty() && row.child().isEmpty()) {
            remove(request);
        }
    }

    /// Removes the row of a request, which may be open still.
    void remove(Request request) {
        LiveRequest row = rows.remove(request);
        if (row == null) {
            return;
        }
        if (row.isKept()) {
            kept.decrementAndGet();
        }
        onGone.accept(row);
        int left = size.decrementAndGet();
        announce();
        Runnable last = onEmpty;
        if (left == 0 && last != null) {
            last.run();
        }
    }

    /// Says that a row has gone or is kept from now on.
    private void announce() {
        onChange.run();
        if (waiters.get() > 0) {
            signal();
        }
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Runs the action when no request is live any more, at once if none is; possibly more than
    /// once.
    void whenEmpty(Runnable action) {
        onEmpty = action;
        if (size() == 0) {
            action.run();
        }
    }

    /// {@return the rows but those that the calling thread is busy with}
    List<LiveRequest> others() {
        Thread self = Thread.currentThread();
        return rows().stream().filter(row -> !row.runsOn(self)).toList();
    }

    /// Lets the calling thread wait for the server to stop, which is known to others that do so.
    <T> T whileStopping(Supplier<T> wait) {
        stopping.add(Thread.currentThread());
        signal();
        Turn yielded = Turn.yieldCurrent();
        try {
            return wait.get();
        } finally {
            Turn.resume(yielded);
            stopping.remove(Thread.currentThread());
        }
    }

    /// Waits until no request is live but those that the calling thread is busy with itself.
    ///
    /// @see #awaitEmpty(Deadline, boolean, Runnable)
    boolean awaitEmpty(Deadline deadline, boolean serving) {
        return awaitEmpty(deadline, serving, () -> {});
    }

    /// Waits until no request is live but those that the calling thread is busy with itself.
    ///
    /// Two handlers that wait for the server to stop, or one and the serving thread, do not wait
    /// for each other.
    ///
    /// @param serving whether the calling thread is the serving one
    /// @param meanwhile done at first and now and then
    /// @return whether that came about before the deadline
    boolean awaitEmpty(Deadline deadline, boolean serving, Runnable meanwhile) {
        boolean awaited = serving || handledBy(Thread.currentThread());
        waiters.incrementAndGet();
        try {
            boolean empty;
            do {
                meanwhile.run();
                empty = awaitSlice(deadline.or(Deadline.in(SWEEP)), awaited);
            } while (!empty && !deadline.passed() && !Thread.currentThread().isInterrupted());
            return empty;
        } finally {
            waiters.decrementAndGet();
        }
    }

    private boolean awaitSlice(Deadline slice, boolean awaited) {
        lock.lock();
        try {
            return slice.awaitWhile(() -> othersAreLive(awaited), changed);
        } finally {
            lock.unlock();
        }
    }

    private boolean othersAreLive(boolean awaited) {
        if (!awaited || size() == 0) {
            return size() > 0;
        }
        Thread self = Thread.currentThread();
        return rows.values().stream()
                .anyMatch(
                        row ->
                                !row.runsOn(self)
                                        && !row.handler().filter(stopping::contains).isPresent());
    }

    /// {@return whether that thread is busy with a request of this table}
    boolean handledBy(@Nullable Thread thread) {
        return rows.values().stream().anyMatch(row -> row.runsOn(thread));
    }

    /// Sweeps now and then while requests are kept: nobody says when one is closed.
    private final class Sweep extends Timers.Timer {
        @Override
        protected long expired(long now) {
            if (kept.get() == 0) {
                return 0;
            }
            // Listeners are told, and the alarm must not wait for them.
            Thread.startVirtualThread(LiveRequests.this::sweep);
            return Timers.later(now, SWEEP);
        }
    }
}
