package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import socketserver.transport.MultiplexedStream;

import java.nio.ByteBuffer;

/// A place in the output of a connection at which a handshake is done: a thread does it when all
/// before was sent, and what is behind waits for it.
///
/// Guarded by the lock of the output, but for what the loop's thread and that one do.
final class HandshakeSource implements OutputQueue.Source {
    private final FramedConnection<?> connection;
    private final MultiplexedStream.Securing handshake;
    private final MultiplexedStream.Securing then;
    private boolean begun;
    // Set by the loop's thread.
    private volatile boolean done;

    HandshakeSource(
            FramedConnection<?> connection,
            MultiplexedStream.Securing handshake,
            MultiplexedStream.Securing then) {
        this.connection = connection;
        this.handshake = handshake;
        this.then = then;
    }

    @Override
    public @Nullable ByteBuffer next() {
        if (done) {
            return null;
        }
        if (!begun) {
            begun = true;
            connection.loop().execute(this::begin);
        }
        return ByteBuffer.allocate(0);
    }

    /// Called by the loop's thread, from which the connection is taken meanwhile.
    private void begin() {
        if (connection.leaveForHandshake()) {
            Thread.ofVirtual().name("handshake-" + connection.request().id()).start(this::run);
        }
    }

    private void run() {
        Throwable failure = null;
        try {
            handshake.run();
        } catch (Throwable thrown) {
            failure = thrown;
        }
        Throwable failed = failure;
        connection.loop().execute(() -> end(failed));
    }

    /// Called by the loop's thread.
    private void end(@Nullable Throwable failure) {
        done = true;
        connection.returnFromHandshake(failure, then);
    }
}
