package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.Request;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The table of live requests: the one registry that counting, joining and draining use.
///
/// A request is in it from its verification until its handler has ended and it was closed, both.
/// The serving thread adds; any thread removes.
final class LiveRequests {
    private final ConcurrentHashMap<Request, LiveRequest> rows = new ConcurrentHashMap<>();
    private final AtomicInteger size = new AtomicInteger();
    // How many rows' handlers have left their requests open.
    private final AtomicInteger kept = new AtomicInteger();
    private final Runnable onRemoval;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger waiters = new AtomicInteger();
    private volatile @Nullable Runnable onEmpty;

    /// Makes an empty table.
    ///
    /// @param onRemoval called after a row has gone
    LiveRequests(Runnable onRemoval) {
        this.onRemoval = onRemoval;
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
        } else {
            remove(row.request());
        }
    }

    /// Notes that the request was closed; its row stays as long as a handler runs on it.
    void closed(Request request) {
        LiveRequest row = rows.get(request);
        if (row != null && row.handler().isEmpty()) {
            remove(request);
        }
    }

    private void remove(Request request) {
        LiveRequest row = rows.remove(request);
        if (row == null) {
            return;
        }
        if (row.isKept()) {
            kept.decrementAndGet();
        }
        int left = size.decrementAndGet();
        onRemoval.run();
        if (waiters.get() > 0) {
            signal();
        }
        Runnable last = onEmpty;
        if (left == 0 && last != null) {
            last.run();
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

    /// Runs the action whenever no request is live any more, and at once if none is.
    void whenEmpty(Runnable action) {
        onEmpty = action;
        if (size() == 0) {
            action.run();
        }
    }

    /// Waits until no request is live but those that the calling thread handles itself.
    ///
    /// @return whether that came about before the deadline
    boolean awaitEmpty(Deadline deadline) {
        sweep();
        // It cannot change: this is the thread that runs their handlers.
        long own = rowsHandledHere();
        lock.lock();
        try {
            waiters.incrementAndGet();
            return deadline.awaitWhile(() -> size() > own, changed);
        } finally {
            waiters.decrementAndGet();
            lock.unlock();
        }
    }

    private long rowsHandledHere() {
        Thread self = Thread.currentThread();
        return rows.values().stream().filter(row -> row.runsOn(self)).count();
    }

    /// {@return whether the calling thread handles a request of this table}
    boolean handledHere() {
        return rowsHandledHere() > 0;
    }
}
