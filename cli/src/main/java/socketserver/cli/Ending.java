package socketserver.cli;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The ending of a child and of what it has started: politely at first, and by force a second
/// later.
///
/// @param child the process
/// @param exit what is completed when it has ended
record Ending(ProcessHandle child, CompletableFuture<?> exit) {
    private static final long TERM_SECONDS = 1;

    /// Ends the child, and what it has started, unless it has ended.
    void destroy() {
        if (exit.isDone() || !child.isAlive()) {
            return;
        }
        // Process.destroy() would close the pipes that the other threads use.
        List<ProcessHandle> descendants = child.descendants().toList();
        child.destroy();
        descendants.forEach(ProcessHandle::destroy);
        var _ =
                exit.copy()
                        .orTimeout(TERM_SECONDS, TimeUnit.SECONDS)
                        .whenComplete(
                                (_, _) -> {
                                    child.destroyForcibly();
                                    descendants.forEach(ProcessHandle::destroyForcibly);
                                });
    }

    /// Waits until a child that was destroyed has ended.
    void await() {
        try {
            exit.get(2 * TERM_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException lasting) {
            // Nothing more can be done.
        }
    }
}
