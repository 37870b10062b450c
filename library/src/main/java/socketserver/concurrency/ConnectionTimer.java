package socketserver.concurrency;

import socketserver.request.StreamRequest;
import socketserver.transport.Timers;

import java.net.SocketTimeoutException;
import java.time.Duration;

/// The deadlines of a connection that a loop serves: of its reading, and of output that waits.
final class ConnectionTimer extends Timers.Timer {
    private final FramedConnection<?> connection;
    private final StreamRequest request;
    private final FramedOutput output;
    // On the clock of System.nanoTime(). The loop's thread's alone.
    private long lastRead = System.nanoTime();
    // When the client has last taken something, or output began to wait. Written under the lock of
    // the output.
    private volatile long lastWritten = System.nanoTime();

    ConnectionTimer(FramedConnection<?> connection, StreamRequest request, FramedOutput output) {
        this.connection = connection;
        this.request = request;
        this.output = output;
    }

    /// Notes that something came.
    void received(long now) {
        lastRead = now;
    }

    /// Notes that output waits from now on, the client having taken something or not.
    void waits() {
        long now = System.nanoTime();
        lastWritten = now;
        connection.loop().at(this, now + patience().toNanos());
    }

    private Duration patience() {
        Duration timeout = request.writeTimeout();
        return timeout == null ? connection.loop().outputLimits().patience() : timeout;
    }

    @Override
    protected long expired(long now) {
        long next = Long.MAX_VALUE;
        Duration read = request.readTimeout();
        if (read != null && connection.reads()) {
            next = lastRead + read.toNanos() - now;
            if (next <= 0) {
                fail("read", read);
                return 0;
            }
        } else if (read != null) {
            // The time begins when it reads again.
            lastRead = now;
            next = read.toNanos();
        }
        if (!output.isEmpty()) {
            Duration patience = patience();
            long left = lastWritten + patience.toNanos() - now;
            if (left <= 0) {
                fail("write", patience);
                return 0;
            }
            next = Math.min(next, left);
        }
        return next == Long.MAX_VALUE ? 0 : now + next | 1;
    }

    private void fail(String what, Duration timeout) {
        connection.fail(
                new SocketTimeoutException(
                        "%s of %s: nothing within the timeout of %s"
                                .formatted(what, request.client(), timeout)));
    }
}
