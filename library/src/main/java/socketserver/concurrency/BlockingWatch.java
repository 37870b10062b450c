package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// Finds out handlers that hold a loop for too long.
///
/// A daemon thread looks at the turns of a model's loops four times in the threshold, as long as
/// anybody has one: while nothing happens, it sleeps.
final class BlockingWatch {
    private final List<Watched> turns;
    private final long threshold;
    private final LongAdder found = new LongAdder();
    // Whether the thread sleeps until somebody takes a turn. Written by it.
    private volatile boolean asleep;
    // Written under the lock of this.
    private volatile @Nullable Thread thread;

    BlockingWatch(List<LoopTurn> turns, Duration threshold) {
        this.turns = turns.stream().map(Watched::new).toList();
        this.threshold = threshold.toNanos();
        turns.forEach(turn -> turn.watchedBy(this));
    }

    /// A turn, and what the thread has last seen of it; the thread's alone.
    private static final class Watched {
        private final LoopTurn turn;
        private @Nullable Thread owner;
        private long steps;
        private long since;
        private boolean told;

        Watched(LoopTurn turn) {
            this.turn = turn;
        }

        /// Looks at it.
        ///
        /// @return how long the same thing has been done in it, or -1 if that was said already
        long look(long now) {
            Thread holds = turn.owner();
            long done = turn.steps();
            if (holds == null || !holds.equals(owner) || done != steps) {
                owner = holds;
                steps = done;
                since = now;
                told = false;
            }
            return told || holds == null ? -1 : now - since;
        }
    }

    /// Begins to watch.
    synchronized void start() {
        if (thread == null) {
            Thread made =
                    Thread.ofPlatform().daemon().name("socketserver-watch").unstarted(this::watch);
            thread = made;
            made.start();
        }
    }

    /// Ends what [#start()] began.
    void stop() {
        Thread stopped;
        synchronized (this) {
            stopped = thread;
            thread = null;
        }
        LockSupport.unpark(stopped);
    }

    /// {@return how many handlers were found out}
    long found() {
        return found.sum();
    }

    /// Called by a thread that has taken a turn.
    void taken() {
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    private void watch() {
        while (Thread.currentThread().equals(thread)) {
            if (look()) {
                LockSupport.parkNanos(this, threshold / 4);
            } else {
                asleep = true;
                if (!look() && Thread.currentThread().equals(thread)) {
                    LockSupport.park(this);
                }
                asleep = false;
            }
        }
    }

    /// {@return whether anybody has a turn}
    private boolean look() {
        boolean any = false;
        long now = System.nanoTime();
        for (Watched watched : turns) {
            long held = watched.look(now);
            Thread owner = watched.owner;
            if (held >= threshold && owner != null) {
                watched.told = true;
                found.increment();
                tell(owner, held);
            }
            any |= owner != null;
        }
        return any;
    }

    private static void tell(Thread owner, long held) {
        Throwable stack = new Throwable("what " + owner + " does");
        stack.setStackTrace(owner.getStackTrace());
        long millis = Duration.ofNanos(held).toMillis();
        System.getLogger("socketserver.selector")
                .log(
                        System.Logger.Level.WARNING,
                        "a handler has held its selector's loop for %d ms: all others wait. Let it"
                                        .formatted(millis)
                                + " wait in giveWay(), or on another thread",
                        stack);
        if (ModuleLayer.boot().findModule("jdk.jfr").isPresent()) {
            new HandlerBlockedEvent(owner, held).commit();
        }
    }
}
