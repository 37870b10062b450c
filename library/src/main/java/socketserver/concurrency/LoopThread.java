package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

/// The thread of a loop.
final class LoopThread extends Thread {
    private final Loop loop;

    LoopThread(Loop loop, String name) {
        super(null, loop::run, name, 0, false);
        this.loop = loop;
        setDaemon(true);
    }

    /// {@return the loop whose thread the calling one is, or null}
    static @Nullable Loop here() {
        return Thread.currentThread() instanceof LoopThread thread ? thread.loop : null;
    }
}
