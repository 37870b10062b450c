package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import socketserver.transport.MultiplexedStream;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/// What one client has not taken yet, in order: bytes, and sources that make more of them when
/// those before were taken.
///
/// Guarded by the lock of the connection that has it.
final class OutputQueue {
    private static final int CHUNK = 4 * 1024;

    // Buffers whose bytes are to be sent, each a ByteBuffer, or sources.
    private final ArrayDeque<Object> parts = new ArrayDeque<>();
    // The last part if bytes may be put behind its limit; these are counted by its position.
    private @Nullable ByteBuffer open;
    private int bytes;

    /// Makes bytes when they are asked for.
    interface Source {
        /// {@return the next bytes, none of them if there are none yet, or null at the end}
        @Nullable ByteBuffer next() throws Exception;

        /// Called when no more is asked for.
        default void close() {}
    }

    /// {@return how many bytes are kept}
    int bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /// Keeps a copy of all that the buffer has left.
    void add(ByteBuffer from) {
        bytes += from.remaining();
        ByteBuffer last = open;
        if (last != null) {
            int length = Math.min(last.capacity() - last.limit(), from.remaining());
            int end = last.limit();
            last.limit(end + length);
            last.put(end, from, from.position(), length);
            from.position(from.position() + length);
        }
        if (from.hasRemaining()) {
            ByteBuffer chunk = ByteBuffer.allocate(Math.max(CHUNK, from.remaining()));
            chunk.put(from).flip();
            parts.add(chunk);
            open = chunk;
        }
    }

    /// Lets bytes be asked of that when those before were sent.
    void add(Source source) {
        parts.add(source);
        open = null;
    }

    /// Forgets all.
    void close() {
        for (Object part : parts) {
            if (part instanceof Source source) {
                source.close();
            }
        }
    }

    /// Sends what the client takes.
    ///
    /// @return whether it has taken something
    /// @throws Exception what a source throws, or the connection
    boolean sendTo(MultiplexedStream stream) throws Exception {
        boolean taken = false;
        for (Object part; (part = parts.peek()) != null; ) {
            if (part instanceof Source source) {
                if (!pull(source)) {
                    return taken;
                }
                continue;
            }
            ByteBuffer chunk = (ByteBuffer) part;
            int count = stream.sendNow(chunk);
            bytes -= count;
            taken |= count > 0;
            if (chunk.hasRemaining()) {
                return taken;
            }
            parts.remove();
            if (parts.isEmpty()) {
                open = null;
            }
        }
        return taken;
    }

    /// Puts the next bytes of the first part, a source, before it, or takes it away if it has
    /// ended.
    ///
    /// @return false if it has none yet
    private boolean pull(Source source) throws Exception {
        ByteBuffer made = source.next();
        if (made == null) {
            parts.remove();
        } else if (made.hasRemaining()) {
            bytes += made.remaining();
            parts.addFirst(made);
        }
        return made == null || made.hasRemaining();
    }
}
