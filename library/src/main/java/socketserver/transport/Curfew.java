package socketserver.transport;

import java.time.Duration;

/// Closes a connection if it is not done in time, whatever its thread waits for.
public final class Curfew extends Timers.Timer implements AutoCloseable {
    private final MultiplexedStream stream;
    // Set by the alarm's thread before it closes the connection.
    private volatile boolean over;

    private Curfew(MultiplexedStream stream) {
        this.stream = stream;
    }

    /// Begins to watch the time of a connection.
    public static Curfew of(MultiplexedStream stream, Duration time) {
        Curfew curfew = new Curfew(stream);
        Alarm.at(curfew, Timers.later(System.nanoTime(), time));
        return curfew;
    }

    /// {@return whether the time was over, and the connection was closed}
    public boolean isOver() {
        return over;
    }

    @Override
    protected long expired(long now) {
        over = true;
        stream.close();
        return 0;
    }

    /// Watches no longer.
    @Override
    public void close() {
        Alarm.remove(this);
    }
}
