package socketserver.transport;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/// Buffers for records of TLS, which connections borrow while they have some.
///
/// They are arrays because that is what the JDK's ciphers work on.
final class RecordBuffers {
    /// How long a record may be, with what the JDK's engine wants besides:
    /// `SSLSession.getPacketBufferSize()` is 16,709.
    static final int RECORD = 16 * 1024 + 512;

    /// How many bytes a buffer has room for: two records, so that a call of the system moves more
    /// than one.
    static final int SIZE = 2 * RECORD;

    private static final Queue<ByteBuffer> SPARE = new ArrayBlockingQueue<>(64);

    private RecordBuffers() {}

    /// {@return an empty one}
    static ByteBuffer take() {
        ByteBuffer spare = SPARE.poll();
        return spare == null ? ByteBuffer.allocate(SIZE) : spare;
    }

    /// Takes one back, of which nobody knows any more.
    static void give(ByteBuffer buffer) {
        SPARE.offer(buffer.clear());
    }
}
