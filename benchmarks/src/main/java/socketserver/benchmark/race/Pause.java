package socketserver.benchmark.race;

import java.io.InterruptedIOException;

/// A wait in which nothing happens.
public final class Pause {
    private Pause() {}

    /// Waits so long, not at all if it is negative.
    ///
    /// @throws InterruptedIOException if the thread is interrupted, which it stays
    public static void seconds(double seconds) throws InterruptedIOException {
        try {
            Thread.sleep(Math.max(0, (long) (seconds * 1e3)));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting");
        }
    }
}
