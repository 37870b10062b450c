package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.DisconnectedException;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLProtocolException;

/// The records of TLS that go to a client: made of what is sent, and kept until the socket has
/// taken them.
///
/// Whoever makes or sends some holds the lock, which each method takes.
final class RecordOutput {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final MultiplexedStream socket;
    private final SSLEngine engine;
    private final ReentrantLock lock = new ReentrantLock();
    // Records that are to be sent: guarded by the lock, as the next.
    private @Nullable ByteBuffer sealed;
    // How many bytes of the sender's are in them already though it was told that they are not: see
    // send().
    private int owed;

    RecordOutput(MultiplexedStream socket, SSLEngine engine) {
        this.socket = socket;
        this.engine = engine;
    }

    /// Sends what the buffer has left.
    ///
    /// The last byte is said to be taken only when the socket has taken the records of all: whoever
    /// sends [Encryption#NOW] comes back with it then, as with any that the socket had no room for.
    ///
    /// @param timeoutNanos how long to wait until the client takes a byte; 0 is for ever
    /// @return how many bytes: all, unless [Encryption#NOW] there was no room
    /// @throws SocketTimeoutException if it has taken none in that time
    int send(ByteBuffer from, long timeoutNanos) throws IOException {
        lock.lock();
        try {
            int start = from.position();
            if (!flush(timeoutNanos)) {
                return 0;
            }
            from.position(start + owed);
            owed = 0;
            while (from.hasRemaining()) {
                if (!seal(from)) {
                    throw new SSLProtocolException("no data may be sent at this moment");
                }
                if (!flush(timeoutNanos)) {
                    owed = 1;
                    from.position(from.position() - 1);
                    break;
                }
            }
            return from.position() - start;
        } finally {
            lock.unlock();
        }
    }

    /// Makes a record of what the protocol itself wants to send, and sends those before if they are
    /// many.
    void sealOwn() throws IOException {
        lock.lock();
        try {
            if (sealed != null && sealed.remaining() > RecordBuffers.RECORD) {
                flush(0);
            }
            seal(NOTHING);
        } finally {
            lock.unlock();
        }
    }

    /// Sends what [#sealOwn()] has made, waiting for the client.
    void sendOwn() throws IOException {
        lock.lock();
        try {
            flush(0);
        } finally {
            lock.unlock();
        }
    }

    /// Sends what the protocol itself wants to send, if nobody else is sending and the client takes
    /// it at once. If not, it goes out with the next of the sender's.
    void tryToSendOwn() throws IOException {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (flush(Encryption.NOW)) {
                seal(NOTHING);
                flush(Encryption.NOW);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Tells the client that nothing more comes (`close_notify`), after all that was sent; or what
    /// has gone wrong, if something has.
    ///
    /// @param timeoutNanos how long to wait until the client takes a byte; 0 is for ever
    /// @return whether it is told: false if [Encryption#NOW] there was no room
    boolean end(long timeoutNanos) throws IOException {
        lock.lock();
        try {
            if (!flush(timeoutNanos)) {
                return false;
            }
            engine.closeOutbound();
            while (!engine.isOutboundDone() && wrap(NOTHING, sealedOrNew()).bytesProduced() > 0) {
                // The next one.
            }
            return flush(timeoutNanos);
        } finally {
            lock.unlock();
        }
    }

    /// Tells the client by an alert what has gone wrong, if nobody else is sending and it takes
    /// that at once.
    void tryToEnd() throws IOException {
        if (lock.tryLock()) {
            try {
                end(Encryption.NOW);
            } finally {
                lock.unlock();
            }
        }
    }

    private ByteBuffer sealedOrNew() {
        ByteBuffer made = sealed == null ? RecordBuffers.take().flip() : sealed;
        sealed = made;
        return made;
    }

    /// Makes records of what the buffer has left, as many as fit.
    ///
    /// @return whether any was made
    private boolean seal(ByteBuffer from) throws IOException {
        ByteBuffer into = sealedOrNew();
        int before = into.remaining();
        boolean more;
        do {
            SSLEngineResult result = wrap(from, into);
            if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                throw new DisconnectedException(
                        socket.client(), new EOFException("TLS has ended (close_notify)"));
            }
            more = result.bytesProduced() > 0;
        } while (more
                && from.hasRemaining()
                && into.capacity() - into.limit() >= RecordBuffers.RECORD);
        return into.remaining() > before;
    }

    /// Makes a record of what the buffer has left, behind those that are there, of which none was
    /// sent.
    private SSLEngineResult wrap(ByteBuffer from, ByteBuffer behind) throws SSLException {
        int end = behind.limit();
        behind.limit(behind.capacity()).position(end);
        try {
            return engine.wrap(from, behind);
        } finally {
            behind.flip();
        }
    }

    /// Sends the records.
    ///
    /// @return whether all were: false if [Encryption#NOW] there was no room
    private boolean flush(long timeoutNanos) throws IOException {
        ByteBuffer from = sealed;
        if (from == null) {
            return true;
        }
        while (from.hasRemaining()) {
            if (timeoutNanos != Encryption.NOW) {
                socket.sendWire(from, timeoutNanos);
            } else if (socket.sendWireNow(from) == 0) {
                return false;
            }
        }
        sealed = null;
        RecordBuffers.give(from);
        return true;
    }
}
