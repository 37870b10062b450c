package socketserver.transport;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLProtocolException;

/// The records of TLS that come from a client: received, opened, and kept as far as they are more
/// than was asked for.
///
/// The reading thread's alone.
final class RecordInput {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    // So many records without data, one after the other, are nobody's who means well: opening them
    // would keep a thread or a loop busy for as long as they come. Others allow as many.
    private static final int MAX_EMPTY = 32;

    private final MultiplexedStream socket;
    private final SSLEngine engine;
    private final RecordOutput output;
    // Those that were not opened yet.
    private @Nullable ByteBuffer records;
    // Whether they are but the beginning of one.
    private boolean incomplete;
    // What a record had and the reader had no room for.
    private @Nullable ByteBuffer opened;
    // How many records had nothing for the reader since one had.
    private int empty;
    // Whether the client has said that nothing more comes.
    private boolean ended;

    /// Makes the input of a connection.
    ///
    /// @param output where answers go that the protocol wants
    /// @param ahead what was read of the client's records already
    RecordInput(MultiplexedStream socket, SSLEngine engine, RecordOutput output, byte[] ahead) {
        this.socket = socket;
        this.engine = engine;
        this.output = output;
        if (ahead.length > 0) {
            records = ByteBuffer.allocate(Math.max(ahead.length, RecordBuffers.SIZE));
            records.put(ahead).flip();
        }
    }

    /// Opens a record of the handshake, or waits for more of them.
    ///
    /// @throws EOFException if the connection ends before
    void openHandshake() throws IOException {
        ByteBuffer there = records;
        if (there == null || incomplete) {
            if (receiveRecords(0) < 0) {
                throw new EOFException("the client has gone in the middle");
            }
            return;
        }
        switch (engine.unwrap(there, NOTHING).getStatus()) {
            case OK -> giveBackRecords();
            case BUFFER_UNDERFLOW -> incomplete = true;
            case BUFFER_OVERFLOW ->
                    throw new SSLHandshakeException("data came in the middle of it");
            case CLOSED -> throw new EOFException("the client has ended it");
        }
    }

    /// Receives what the client has sent: see [Encryption#receive].
    int receive(ByteBuffer into, long timeoutNanos) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        long until = timeoutNanos > 0 ? System.nanoTime() + timeoutNanos : 0;
        for (; ; ) {
            int count = open(into);
            if (count != 0) {
                return count;
            }
            // What is there is received though the time is over.
            long left = timeoutNanos > 0 ? Math.max(1, until - System.nanoTime()) : timeoutNanos;
            int received = receiveRecords(left);
            if (received <= 0) {
                return received < 0 ? Encryption.CUT : 0;
            }
        }
    }

    /// {@return whether something may be received without asking the socket}
    boolean isHeld() {
        return opened != null || ended || (records != null && !incomplete);
    }

    /// Opens records until one of them has something for the reader.
    ///
    /// @return how many bytes, 0 if the records have no more, or -1 at the end
    private int open(ByteBuffer into) throws IOException {
        if (opened != null) {
            return takeOpened(opened, into);
        }
        ByteBuffer there;
        while (!ended && !incomplete && (there = records) != null) {
            SSLEngineResult result = engine.unwrap(there, into);
            ByteBuffer larger = null;
            if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
                larger = RecordBuffers.take();
                result = engine.unwrap(there, larger);
            }
            note(result);
            giveBackRecords();
            if (larger != null && larger.flip().hasRemaining()) {
                return takeOpened(larger, into);
            }
            if (result.bytesProduced() > 0) {
                return result.bytesProduced();
            }
        }
        return ended ? -1 : 0;
    }

    private void note(SSLEngineResult result) throws IOException {
        switch (result.getStatus()) {
            case OK -> {
                empty = result.bytesProduced() > 0 ? 0 : empty + 1;
                if (empty > MAX_EMPTY) {
                    throw new SSLProtocolException(
                            "more than %d records without data".formatted(MAX_EMPTY));
                }
                answer(result.getHandshakeStatus());
            }
            case BUFFER_UNDERFLOW -> incomplete = true;
            case CLOSED -> ended = true;
            case BUFFER_OVERFLOW ->
                    throw new SSLProtocolException("a record is larger than any may be");
        }
    }

    private int takeOpened(ByteBuffer from, ByteBuffer into) {
        int count = Math.min(from.remaining(), into.remaining());
        into.put(into.position(), from, from.position(), count);
        into.position(into.position() + count);
        from.position(from.position() + count);
        if (from.hasRemaining()) {
            opened = from;
        } else {
            opened = null;
            RecordBuffers.give(from);
        }
        return count;
    }

    /// Does what the protocol wants besides: after the handshake, new keys (RFC 8446, 4.6.3). A new
    /// handshake, which TLS 1.2 knew and 1.3 has abolished, is refused: it has been a door for
    /// attacks.
    private void answer(HandshakeStatus status) throws IOException {
        if (status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED) {
            return;
        }
        if (!engine.isInboundDone() && engine.getSession().getProtocol().equals("TLSv1.2")) {
            throw new SSLProtocolException("the client wants a new handshake");
        }
        Encryption.runTasks(engine);
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            output.tryToSendOwn();
        }
    }

    /// Receives records, at least a byte of them.
    ///
    /// @return how many bytes, 0 if there are none and they were asked for [Encryption#NOW], or -1
    private int receiveRecords(long timeoutNanos) throws IOException {
        ByteBuffer buffer = records == null ? RecordBuffers.take().flip() : records;
        buffer.compact();
        try {
            int count =
                    timeoutNanos == Encryption.NOW
                            ? socket.receiveWireNow(buffer)
                            : socket.receiveWire(buffer, timeoutNanos);
            incomplete &= count <= 0;
            return count;
        } finally {
            records = buffer.flip();
            giveBackRecords();
        }
    }

    private void giveBackRecords() {
        ByteBuffer there = records;
        if (there != null && !there.hasRemaining()) {
            records = null;
            incomplete = false;
            RecordBuffers.give(there);
        }
    }
}
