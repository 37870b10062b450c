package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import socketserver.request.Turn;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// The turn of one loop. Those who wait for it get it in the order in which they came.
final class LoopTurn extends Turn implements LastingTask.Awaited {
    private final Holder holder = new Holder();
    // Set before anybody takes it.
    private @Nullable BlockingWatch watch;
    // Counts what was begun in it. Written by the thread that has it, read by the watch.
    private final AtomicLong steps = new AtomicLong();

    /// A lock that says who holds it.
    private static final class Holder extends ReentrantLock {
        private static final long serialVersionUID = 1;

        Holder() {
            super(true);
        }

        @Nullable Thread owner() {
            return getOwner();
        }
    }

    @Override
    protected void take() {
        holder.lock();
        step();
        BlockingWatch watching = watch;
        if (watching != null) {
            watching.taken();
        }
    }

    /// Lets that watch it.
    void watchedBy(BlockingWatch watch) {
        this.watch = watch;
    }

    @Override
    protected void giveUp() {
        holder.unlock();
    }

    @Override
    protected boolean isTaken() {
        return holder.isHeldByCurrentThread();
    }

    @Override
    protected boolean mayWait() {
        return LoopThread.here() == null;
    }

    @Override
    public void run(Runnable action) {
        this.<@Nullable Void, RuntimeException>inTurn(
                () -> {
                    action.run();
                    return null;
                });
    }

    /// Takes a turn of a server's loop.
    boolean turn(RequestLoop loop) {
        return this.<Boolean, RuntimeException>inTurn(loop::turn);
    }

    /// Notes that something is begun; called by the thread that has it.
    void step() {
        steps.setOpaque(steps.getPlain() + 1);
    }

    /// {@return how many things were begun in it}
    long steps() {
        return steps.getOpaque();
    }

    /// {@return whether anybody waits for it}
    boolean isAwaited() {
        return holder.hasQueuedThreads();
    }

    @Override
    public boolean isAwaitedBy(Thread thread) {
        return holder.hasQueuedThread(thread);
    }

    /// {@return who has it at this moment, or null}
    @Nullable Thread owner() {
        return holder.owner();
    }
}
