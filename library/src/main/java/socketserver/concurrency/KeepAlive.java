package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A non-daemon thread that lives as long as there is work on virtual threads, which are daemons.
///
/// It is started when work begins and ends a moment after the last work: not at once, because
/// servers of short requests would start it for each of them.
final class KeepAlive {
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final AtomicInteger working = new AtomicInteger();
    private final AtomicBoolean alive = new AtomicBoolean();
    // The thread while it waits for the end of the work.
    private volatile @Nullable Thread waiting;

    void begin() {
        working.getAndIncrement();
        if (!alive.get() && alive.compareAndSet(false, true)) {
            boolean started = false;
            try {
                Thread.ofPlatform().daemon(false).name("socketserver-keep-alive").start(this::live);
                started = true;
            } finally {
                if (!started) {
                    // No thread could be had: the next work tries again.
                    alive.set(false);
                    working.getAndDecrement();
                }
            }
        }
    }

    void end() {
        if (working.decrementAndGet() == 0) {
            LockSupport.unpark(waiting);
        }
    }

    private void live() {
        for (; ; ) {
            waiting = Thread.currentThread();
            while (working.get() > 0) {
                LockSupport.park(this);
            }
            waiting = null;
            LockSupport.parkNanos(this, LINGER_NANOS);
            if (working.get() == 0) {
                alive.set(false);
                // Work that began before that line has not started another thread.
                if (working.get() == 0 || !alive.compareAndSet(false, true)) {
                    return;
                }
            }
        }
    }
}
