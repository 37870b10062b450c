package socketserver.transport;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Closes connections whose clients take no byte for longer than the write timeout.
///
/// The JDK's channels have no timed write. A write that has timed out leaves a connection of no
/// further use, so that closing it under the writer is as good. One daemon thread for the whole
/// process looks at all connections that have a write timeout, so often that it is at most an
/// eighth of the timeout late.
final class StallWatch {
    private static final Set<Watched> WATCHED = ConcurrentHashMap.newKeySet();
    private static final long LONGEST_NAP = TimeUnit.SECONDS.toNanos(1);
    private static final long SHORTEST_NAP = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Thread THREAD =
            Thread.ofPlatform().daemon().name("socketserver-stalls").start(StallWatch::watch);

    /// A connection with a write timeout.
    interface Watched {
        /// {@return the write timeout in nanoseconds; 0 is none}
        long stallTimeout();

        /// Closes the connection if its client has taken nothing since that time on the clock of
        /// `System.nanoTime()`.
        void closeIfStalledSince(long nanoTime);
    }

    private StallWatch() {}

    /// Looks at the connection from now on, at its present timeout.
    static void add(Watched connection) {
        WATCHED.add(connection);
        LockSupport.unpark(THREAD);
    }

    static void remove(Watched connection) {
        WATCHED.remove(connection);
    }

    private static void watch() {
        for (; ; ) {
            if (WATCHED.isEmpty()) {
                LockSupport.park(StallWatch.class);
            }
            long now = System.nanoTime();
            long nap = LONGEST_NAP;
            for (Watched connection : WATCHED) {
                long timeout = connection.stallTimeout();
                if (timeout > 0) {
                    connection.closeIfStalledSince(now - timeout);
                    nap = Math.min(nap, timeout / 8);
                }
            }
            LockSupport.parkNanos(StallWatch.class, Math.max(nap, SHORTEST_NAP));
        }
    }
}
