package socketserver;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Whether a server serves, on which thread, and whether it is to stop or is closed.
final class Lifecycle {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All written under the lock; the volatile ones are read without it.
    private volatile @Nullable Thread serving;
    // The one that has begun it: a virtual one may go on for it.
    private @Nullable Thread begun;
    private volatile boolean forever;
    private volatile boolean stopRequested;
    private volatile boolean closing;
    private boolean closeBegun;
    private boolean closed;
    private boolean foreverEnded;
    private long servingsEnded;
    private final boolean copy;

    /// Begins a life.
    ///
    /// @param copy whether it is that of a server's copy in a child process, which never serves
    Lifecycle(boolean copy) {
        this.copy = copy;
    }

    boolean isCopy() {
        return copy;
    }

    /// Throws if this is the life of a copy.
    void requireOriginal() {
        if (copy) {
            throw new IllegalStateException(
                    "this is the copy of a server in a child process, which has no socket: let the"
                            + " child tell its parent by means of its own");
        }
    }

    /// Makes that thread the serving one.
    ///
    /// @param forever whether it serves until the stop, or one request
    /// @throws IllegalStateException if another thread serves, or the server is closed
    void begin(Thread thread, boolean forever) {
        lock.lock();
        try {
            requireOpen();
            Thread other = begun;
            if (serving != null && other != null) {
                throw new IllegalStateException(
                        "server is already serving, on thread %s: call shutdown() first"
                                .formatted(other.getName()));
            }
            serving = thread;
            begun = thread;
            this.forever = forever;
            foreverEnded = false;
        } finally {
            lock.unlock();
        }
    }

    /// Makes that thread the serving one, in place of the one that has begun.
    void continueOn(Thread thread) {
        if (thread.equals(serving)) {
            return;
        }
        lock.lock();
        try {
            serving = thread;
        } finally {
            lock.unlock();
        }
    }

    /// Ends what [#begin] began.
    ///
    /// @param stopped whether the stop, if requested, was obeyed and is to be forgotten
    void end(boolean stopped) {
        lock.lock();
        try {
            foreverEnded = forever;
            servingsEnded++;
            if (stopped) {
                stopRequested = closing;
            }
            forever = false;
            serving = null;
            begun = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Requests the stop of this or else the next serving; nothing after a serving for ever has
    /// ended, when there is nothing left to stop.
    ///
    /// @return which serving it was, for [#awaitEnd], or a number that none has if there was none
    long requestStop() {
        lock.lock();
        try {
            stopRequested |= serving != null || !foreverEnded;
            return serving == null ? -1 : servingsEnded;
        } finally {
            lock.unlock();
        }
    }

    boolean stopRequested() {
        return stopRequested;
    }

    @Nullable Thread serving() {
        return serving;
    }

    boolean servingHere() {
        return Thread.currentThread().equals(serving);
    }

    boolean servingForeverHere() {
        return forever && servingHere();
    }

    /// Waits until that serving has ended, though another one may have begun.
    ///
    /// @return whether that came about before the deadline
    boolean awaitEnd(long stopped, Deadline deadline) {
        return await(deadline, () -> serving != null && servingsEnded == stopped);
    }

    /// Waits until the server is closed wholly.
    ///
    /// @return true
    boolean awaitClosed() {
        return await(Deadline.NEVER, () -> !closed);
    }

    /// Waits until the server is being closed.
    void awaitClosing(Deadline deadline) {
        await(deadline, () -> !closing);
    }

    private boolean await(Deadline deadline, BooleanSupplier state) {
        lock.lock();
        try {
            return deadline.awaitWhile(state, changed);
        } finally {
            lock.unlock();
        }
    }

    /// Forbids all serving from now on, and stops the present one.
    void forbidServing() {
        lock.lock();
        try {
            closing = true;
            stopRequested = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Forbids all serving from now on, and stops the present one.
    ///
    /// @return whether this call was the first
    boolean beginClose() {
        lock.lock();
        try {
            boolean first = !closeBegun;
            closeBegun = true;
            forbidServing();
            return first;
        } finally {
            lock.unlock();
        }
    }

    boolean closing() {
        return closing;
    }

    /// Throws if the server is closed.
    void requireOpen() {
        requireOriginal();
        if (closing) {
            throw new IllegalStateException("server is closed: make another one");
        }
    }

    void endClose() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
