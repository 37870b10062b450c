package socketserver.transport;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Calls that may wait for a disk: those of virtual threads are made by platform threads, because
/// they would hold the carrier.
///
/// None of them waits for a client, so a few threads serve all.
final class OnDisk {
    private static final int THREADS = 16;
    private static final int IDLE_SECONDS = 10;

    private static final class Pool {
        static final ThreadPoolExecutor THREADS = open();

        private static ThreadPoolExecutor open() {
            ThreadPoolExecutor pool =
                    new ThreadPoolExecutor(
                            OnDisk.THREADS,
                            OnDisk.THREADS,
                            IDLE_SECONDS,
                            TimeUnit.SECONDS,
                            new LinkedBlockingQueue<>(),
                            Thread.ofPlatform().daemon().name("socketserver-disk-", 1).factory());
            pool.allowCoreThreadTimeOut(true);
            return pool;
        }
    }

    private OnDisk() {}

    /// {@return what the call returns}
    ///
    /// An interrupt does not end the wait for it; the thread stays interrupted.
    static <T> T call(Callable<T> call) throws IOException {
        FutureTask<T> task = new FutureTask<>(call);
        if (Thread.currentThread().isVirtual()) {
            Pool.THREADS.execute(task);
        } else {
            task.run();
        }
        boolean interrupted = false;
        try {
            for (; ; ) {
                try {
                    return task.get();
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException thrown) {
                throw thrown;
            }
            throw new IllegalStateException("a call has failed", failed.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
