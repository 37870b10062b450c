package socketserver.cli;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Copying to or from a child, on a platform thread: the pipe of a process would hold the carrier
/// of a virtual one.
///
/// @param <T> what it yields
final class Copying<T extends @Nullable Object> {
    private final FutureTask<T> task;

    private Copying(Callable<T> work) {
        task = new FutureTask<>(work);
    }

    static <T extends @Nullable Object> Copying<T> start(Callable<T> work) {
        Copying<T> copying = new Copying<>(work);
        Thread.ofPlatform().daemon().name("exec-", 0).start(copying.task);
        return copying;
    }

    /// {@return whether it has ended}
    boolean isDone() {
        return task.isDone();
    }

    /// Waits until it has ended.
    ///
    /// @return what it yields
    /// @throws IOException if it has failed with that
    T join() throws IOException, InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException thrown) {
                throw thrown;
            }
            throw new IllegalStateException("copying has failed", failed.getCause());
        }
    }
}
