package socketserver.transport;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/// The waiting of threads for one non-blocking channel: at most one reads and one writes.
///
/// One daemon thread for the whole process watches all such channels.
final class Readiness {
    private final SelectableChannel channel;
    // Who waits: set by the waiting thread, taken by whoever wakes it, or by itself at the timeout.
    private final AtomicReference<@Nullable Thread> reader = new AtomicReference<>();
    private final AtomicReference<@Nullable Thread> writer = new AtomicReference<>();
    // Guarded by this.
    private @Nullable SelectionKey key;

    Readiness(SelectableChannel channel) {
        this.channel = channel;
    }

    /// Waits until the channel is ready for the operation, or closed.
    ///
    /// @param timeoutNanos how long; 0 is for ever
    /// @return whether it is ready, or false if the time is over
    /// @throws AsynchronousCloseException if the channel was closed
    /// @throws ClosedByInterruptException if the thread is interrupted; the channel is closed, as
    ///   by the JDK's own channels
    boolean await(int operation, long timeoutNanos) throws IOException {
        AtomicReference<@Nullable Thread> waiter = waiter(operation);
        Thread self = Thread.currentThread();
        long deadline = System.nanoTime() + timeoutNanos;
        waiter.set(self);
        watch(operation);
        while (waiter.get() != null) {
            long left = deadline - System.nanoTime();
            if (self.isInterrupted()) {
                waiter.set(null);
                channel.close();
                closed();
                throw new ClosedByInterruptException();
            }
            if (timeoutNanos > 0 && left <= 0) {
                return !waiter.compareAndSet(self, null);
            }
            if (timeoutNanos > 0) {
                LockSupport.parkNanos(this, left);
            } else {
                LockSupport.park(this);
            }
        }
        if (!channel.isOpen()) {
            throw new AsynchronousCloseException();
        }
        return true;
    }

    private AtomicReference<@Nullable Thread> waiter(int operation) {
        return operation == SelectionKey.OP_READ ? reader : writer;
    }

    private synchronized void watch(int operation) throws IOException {
        if (key == null) {
            key = channel.register(Watch.selector(), 0, this);
        }
        try {
            key.interestOpsOr(operation);
        } catch (CancelledKeyException closed) {
            throw new AsynchronousCloseException();
        }
        key.selector().wakeup();
    }

    /// Tells the waiting threads that the channel was closed, and the selector to let go of it.
    void closed() {
        wake(reader);
        wake(writer);
        synchronized (this) {
            if (key != null) {
                key.selector().wakeup();
            }
        }
    }

    private static void wake(AtomicReference<@Nullable Thread> waiter) {
        LockSupport.unpark(waiter.getAndSet(null));
    }

    private void ready(SelectionKey key) {
        try {
            int operations = key.readyOps();
            key.interestOpsAnd(~operations);
            if ((operations & SelectionKey.OP_READ) != 0) {
                wake(reader);
            }
            if ((operations & SelectionKey.OP_WRITE) != 0) {
                wake(writer);
            }
        } catch (CancelledKeyException closed) {
            closed();
        }
    }

    /// The selector of all channels that are waited for, and its thread.
    ///
    /// Not a constant of a class: opening it fails while the process has no descriptor left, and a
    /// class that could not be initialized stays so.
    private static final class Watch {
        // Guarded by this class.
        private static @Nullable Selector selector;

        static synchronized Selector selector() throws IOException {
            Selector made = selector;
            if (made == null) {
                Selector opened = Selector.open();
                Thread.ofPlatform()
                        .daemon()
                        .name("socketserver-readiness")
                        .start(() -> watch(opened));
                selector = opened;
                made = opened;
            }
            return made;
        }

        private static void watch(Selector selector) {
            for (; ; ) {
                try {
                    selector.select(key -> ((Readiness) key.attachment()).ready(key));
                } catch (IOException | RuntimeException thrown) {
                    System.getLogger("socketserver.engine")
                            .log(System.Logger.Level.ERROR, "waiting for readiness failed", thrown);
                }
            }
        }
    }
}
