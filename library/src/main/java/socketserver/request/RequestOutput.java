package socketserver.request;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/// What a client gets, as a stream of bytes: Python's `wfile`.
///
/// Without a buffer, as at first, each call sends all its bytes before it returns. With one
/// ([#buffer(int)]) small writes are gathered until it is full, [#flush()] is called, or the
/// handler returns. Any thread may write; what one call writes stays together. Closing it only
/// flushes: the server ends the request.
public final class RequestOutput extends OutputStream {
    private final Sink sink;
    private final ReentrantLock lock;
    // Guarded by the lock.
    private @Nullable ByteBuffer buffer;

    /// Where the bytes go.
    interface Sink {
        /// Writes all bytes of the buffer.
        void write(ByteBuffer from) throws IOException;
    }

    RequestOutput(Sink sink, ReentrantLock lock) {
        this.sink = sink;
        this.lock = lock;
    }

    /// Sets how many bytes are gathered before they are sent: Python's `wbufsize`; 0 is no buffer.
    ///
    /// @throws IllegalArgumentException if it is negative
    /// @throws IOException if what had been gathered could not be sent
    public void buffer(int bytes) throws IOException {
        if (bytes < 0) {
            throw new IllegalArgumentException(
                    "output buffer (" + bytes + ") must not be negative");
        }
        Turn.lock(lock);
        try {
            flush();
            buffer = bytes == 0 ? null : ByteBuffer.allocate(bytes);
        } finally {
            lock.unlock();
        }
    }

    /// Writes the text in UTF-8.
    public void write(String text) throws IOException {
        write(text.getBytes(UTF_8));
    }

    /// Writes the text in UTF-8 and a `\n`, in one piece.
    public void writeLine(String text) throws IOException {
        write(text + '\n');
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        write(ByteBuffer.wrap(from, offset, length));
    }

    /// Writes all that the buffer has left.
    public void write(ByteBuffer from) throws IOException {
        Turn.lock(lock);
        try {
            ByteBuffer gathered = buffer;
            if (gathered != null && from.remaining() > gathered.remaining()) {
                flush();
            }
            if (gathered != null && from.remaining() <= gathered.remaining()) {
                gathered.put(from);
            } else {
                sink.write(from);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void flush() throws IOException {
        Turn.lock(lock);
        try {
            ByteBuffer gathered = buffer;
            if (gathered != null && gathered.position() > 0) {
                gathered.flip();
                try {
                    sink.write(gathered);
                } finally {
                    gathered.compact();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        flush();
    }
}
