package socketserver;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Something that runs on a platform thread of its own.
final class Background<T> {
    private final FutureTask<T> task;
    private final Thread thread;

    private Background(Callable<T> action) {
        task = new FutureTask<>(action);
        thread = Thread.ofPlatform().daemon().start(task);
    }

    /// Something that may throw.
    interface Action {
        void run() throws Exception;
    }

    static <T> Background<T> call(Callable<T> action) {
        return new Background<>(action);
    }

    static Background<Boolean> run(Action action) {
        return call(
                () -> {
                    action.run();
                    return true;
                });
    }

    Thread thread() {
        return thread;
    }

    boolean isDone() {
        return task.isDone();
    }

    /// Waits for its end.
    ///
    /// @throws java.util.concurrent.ExecutionException if it has thrown
    /// @throws IllegalStateException if it runs for too long; says what it does
    T join() throws Exception {
        try {
            return task.get(15, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            var running = new IllegalStateException("%s is still running".formatted(thread), late);
            running.setStackTrace(thread.getStackTrace());
            throw running;
        }
    }
}
