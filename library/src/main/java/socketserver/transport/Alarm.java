package socketserver.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Calls timers when their time has come, for all that has no loop of its own which does so.
///
/// One daemon thread for the whole process: what it calls must not wait.
public final class Alarm {
    private static final Timers TIMERS = new Timers();
    private static final Thread THREAD =
            Thread.ofPlatform().daemon().name("socketserver-alarm").start(Alarm::run);

    private Alarm() {}

    /// Lets the timer be called at that time or before, on the clock of `System.nanoTime()`.
    public static void at(Timers.Timer timer, long nanoTime) {
        if (TIMERS.enter(timer, nanoTime)) {
            LockSupport.unpark(THREAD);
        }
    }

    /// Forgets the timer for good.
    public static void remove(Timers.Timer timer) {
        TIMERS.remove(timer);
    }

    private static void run() {
        for (; ; ) {
            try {
                TIMERS.run();
            } catch (Throwable thrown) {
                System.getLogger("socketserver.engine")
                        .log(System.Logger.Level.ERROR, "a deadline could not be kept", thrown);
            }
            long left = TIMERS.left();
            LockSupport.parkNanos(Alarm.class, left < 0 ? TimeUnit.DAYS.toNanos(1) : left);
        }
    }
}
