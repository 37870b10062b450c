package socketserver.benchmark.race;

import java.io.InterruptedIOException;

/// A wait in which nothing happens.
final class Pause {
    private Pause() {}

    static void seconds(double seconds) throws InterruptedIOException {
        try {
            Thread.sleep((long) (seconds * 1e3));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting");
        }
    }
}
