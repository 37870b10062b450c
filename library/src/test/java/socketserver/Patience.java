package socketserver;

import static org.awaitility.Awaitility.await;

import org.awaitility.core.ThrowingRunnable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// How tests wait: with a bound, and never by the clock alone.
final class Patience {
    private Patience() {}

    /// Waits until the assertion holds.
    static void eventually(ThrowingRunnable assertion) {
        await().atMost(Duration.ofSeconds(15))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .pollInSameThread()
                .untilAsserted(assertion);
    }

    /// {@return whether the thread that serves waits until a request ends}
    static boolean waitsForRoom(BaseServer<?> server) {
        Thread serving = server.servingThread();
        return serving != null && LockSupport.getBlocker(serving) instanceof ServingLoop;
    }

    /// Waits for the latch.
    static void reached(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(15, TimeUnit.SECONDS)) {
            throw new AssertionError("still waiting for " + latch);
        }
    }

    /// Waits for the latch, in whatever process.
    static void reached(Shared.Latch latch) throws InterruptedException {
        if (!latch.await(15, TimeUnit.SECONDS)) {
            throw new AssertionError("still waiting for " + latch.getCount());
        }
    }

    /// Lets time pass, for what happens at a rate.
    static void pause(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    /// Something that a test does several times at once.
    interface Numbered<T> {
        T call(int number) throws Exception;
    }

    /// {@return what came of that many calls, made at the same time}
    static <T> List<T> together(int calls, Numbered<T> action) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<T>> tasks = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                int number = i;
                tasks.add(() -> action.call(number));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        }
    }
}
