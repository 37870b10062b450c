package socketserver.concurrency;

import socketserver.framing.FramedRequest;
import socketserver.transport.Timers;

import java.time.Duration;

/// Something that a loop does for a connection when its time has come.
final class ScheduledAction extends Timers.Timer implements FramedRequest.Timer {
    private final FramedConnection<?> connection;
    private final FramedRequest.Action action;

    private ScheduledAction(FramedConnection<?> connection, FramedRequest.Action action) {
        this.connection = connection;
        this.action = action;
    }

    static ScheduledAction begin(
            FramedConnection<?> connection, Duration delay, FramedRequest.Action action) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay (%s) must not be negative".formatted(delay));
        }
        var scheduled = new ScheduledAction(connection, action);
        connection.loop().schedule(connection, scheduled, Timers.later(System.nanoTime(), delay));
        return scheduled;
    }

    @Override
    protected long expired(long now) {
        connection.loop().done(connection, this);
        connection.act(action);
        return 0;
    }

    @Override
    public void cancel() {
        connection.loop().remove(this);
        connection.loop().done(connection, this);
    }
}
