package socketserver.concurrency;

import socketserver.request.DeadlineException;
import socketserver.request.DeadlineKind;
import socketserver.request.InputClock;
import socketserver.transport.MultiplexedStream;
import socketserver.transport.Timers;

import java.time.Duration;

/// The deadlines of a connection that a loop serves: of its reading, and of output that waits.
final class ConnectionTimer extends Timers.Timer {
    private final FramedConnection<?> connection;
    private final MultiplexedStream request;
    private final FramedOutput output;
    // Since when it reads and nothing has come, on the clock of System.nanoTime(). The loop's
    // thread's alone, as the next.
    private long lastRead = System.nanoTime();
    private boolean reads;
    // When the client has last taken something, or output began to wait. Written under the lock of
    // the output.
    private volatile long lastWritten = System.nanoTime();

    ConnectionTimer(FramedConnection<?> connection, FramedOutput output) {
        this.connection = connection;
        request = connection.stream();
        this.output = output;
    }

    /// Notes that something came.
    void received(long now) {
        lastRead = now;
    }

    /// Sees to it that the client sends in time, from now on; called when what had come was read.
    void watchInput(long now) {
        long until = inputUntil(now);
        if (until != 0 && !isLate(until, now)) {
            connection.loop().at(this, until);
        }
    }

    /// Ends the request if the time is over and nothing that has come waits to be read: then it is
    /// the client that was slow. If something waits, its turn looks again.
    ///
    /// @return whether the time is over
    private boolean isLate(long until, long now) {
        if (until - now > 0) {
            return false;
        }
        if (!connection.isQueued()) {
            connection.fail(late());
        }
        return true;
    }

    /// Notes that output waits from now on, the client having taken something or not.
    void waits() {
        Duration timeout = request.writeTimeout();
        long now = System.nanoTime();
        lastWritten = now;
        if (timeout != null) {
            connection.loop().at(this, Timers.later(now, timeout));
        }
    }

    @Override
    protected long expired(long now) {
        long input = inputUntil(now);
        if (input != 0 && isLate(input, now)) {
            return 0;
        }
        long until = input;
        Duration timeout = request.writeTimeout();
        if (!output.isEmpty() && timeout != null && !connection.isSecuring()) {
            long taken = Timers.later(lastWritten, timeout);
            if (taken - now <= 0) {
                connection.fail(
                        DeadlineException.of(DeadlineKind.WRITE, request.client(), timeout));
                return 0;
            }
            until = until == 0 || taken - until < 0 ? taken : until;
        }
        return until;
    }

    /// {@return until when the client has to send something, or 0 for ever}
    private long inputUntil(long now) {
        InputClock clock = request.inputClock();
        boolean before = reads;
        reads = connection.reads();
        if (!reads) {
            if (clock != null) {
                clock.awaitsNothing();
            }
            return 0;
        }
        if (!before) {
            lastRead = now;
        }
        if (clock != null) {
            return clock.awaits(request.deadlines(), lastRead, connection.isWithinFrame(), now);
        }
        Duration timeout = request.readTimeout();
        return timeout == null ? 0 : Timers.later(lastRead, timeout);
    }

    private DeadlineException late() {
        InputClock clock = request.inputClock();
        if (clock != null) {
            return clock.expired(request.deadlines(), request.client());
        }
        Duration timeout = request.readTimeout();
        return DeadlineException.of(
                DeadlineKind.READ, request.client(), timeout == null ? Duration.ZERO : timeout);
    }
}
