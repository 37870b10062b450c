package socketserver;

import org.awaitility.Awaitility;

import java.time.Duration;
import java.util.concurrent.Callable;

/// Waits for what happens soon on another thread.
final class Eventually {
    private Eventually() {}

    /// Waits until it is so, at most 15 s.
    static void eventually(Callable<Boolean> state) {
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(15))
                .until(state);
    }
}
