package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.Lock;

/// The right to run, of which one thread at a time has it: what the confined handlers of a loop
/// take turns by.
///
/// Whoever has it gives it up where it waits, and takes it again before it goes on: the reads and
/// writes of requests do so, [Request#pause(java.time.Duration)] and [Request#giveWay(Call)].
/// Nobody waits for anything else while it has a turn, so that one who waits for the turn may hold
/// whatever it likes.
///
/// Concurrency models that let their handlers take turns extend it; handlers need not know it.
public abstract class Turn {
    private static final ScopedValue<Turn> CURRENT = ScopedValue.newInstance();

    /// For subclasses.
    protected Turn() {}

    /// Takes the turn, waiting until nobody has it.
    protected abstract void take();

    /// Gives the turn up; called by the thread that has it.
    protected abstract void giveUp();

    /// {@return whether the calling thread has it}
    protected abstract boolean isTaken();

    /// {@return whether the calling thread may wait: false for the thread of a loop, which nobody
    /// would go on for}
    protected boolean mayWait() {
        return true;
    }

    /// Something to do that waits, for a lock or a database for instance.
    ///
    /// @param <T> what comes of it
    /// @param <X> what it throws
    @FunctionalInterface
    public interface Call<T extends @Nullable Object, X extends Throwable> {
        /// Does it.
        T call() throws X;
    }

    /// Does something when it is this turn's turn.
    protected final <T extends @Nullable Object, X extends Throwable> T inTurn(Call<T, X> call)
            throws X {
        return ScopedValue.where(CURRENT, this)
                .call(
                        () -> {
                            take();
                            try {
                                return call.call();
                            } finally {
                                giveUp();
                            }
                        });
    }

    /// Gives the calling thread's turn up if it has one, to wait for something.
    ///
    /// @return the turn, for [#resume(Turn)], or null if it had none
    public static @Nullable Turn yieldCurrent() {
        if (!CURRENT.isBound()) {
            return null;
        }
        Turn turn = CURRENT.get();
        if (!turn.isTaken() || !turn.mayWait()) {
            return null;
        }
        turn.giveUp();
        return turn;
    }

    /// Takes the turn again, if there was one.
    public static void resume(@Nullable Turn yielded) {
        if (yielded != null) {
            yielded.take();
        }
    }

    /// {@return the same, to be done by another thread in the calling thread's turn, if it has one}
    public static Runnable carried(Runnable action) {
        if (!CURRENT.isBound()) {
            return action;
        }
        Turn turn = CURRENT.get();
        return () ->
                turn.<@Nullable Void, RuntimeException>inTurn(
                        () -> {
                            action.run();
                            return null;
                        });
    }

    /// {@return whether the calling thread may wait: false for that of a selector's loop}
    public static boolean currentMayWait() {
        return !CURRENT.isBound() || !CURRENT.get().isTaken() || CURRENT.get().mayWait();
    }

    /// Throws if the calling thread must not wait.
    ///
    /// @throws IllegalStateException if it is the thread of a loop
    static void requireMayWait() {
        if (!currentMayWait()) {
            throw new IllegalStateException(
                    "a frame handler must not wait on the selector's loop, which serves all others:"
                            + " use schedule(), or another thread and execute()");
        }
    }

    /// Locks what others may hold while they wait for their turn: so nobody waits for it in a turn,
    /// not even the thread of a loop.
    public static void lock(Lock lock) {
        if (lock.tryLock()) {
            return;
        }
        Turn turn = CURRENT.isBound() && CURRENT.get().isTaken() ? CURRENT.get() : null;
        if (turn != null) {
            turn.giveUp();
        }
        try {
            lock.lock();
        } finally {
            resume(turn);
        }
    }
}
