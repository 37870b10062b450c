package socketserver.request;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;

/// What a client sends, as a stream of bytes with the readers that protocols need: Python's
/// `rfile`.
///
/// It reads ahead into a buffer that grows with the traffic. After a timeout it can be read further
/// (Python's cannot), and no byte is lost, but by the methods that it has from `InputStream` for
/// several reads at once: `readNBytes`, `readAllBytes`, `transferTo`. One thread at a time may use
/// it. Closing it does nothing: the server ends the request.
public final class RequestInput extends InputStream {
    /// How many bytes [#readLine()] and [#readUntil(byte...)] take without a terminator unless
    /// [#limit(int)] says otherwise.
    public static final int DEFAULT_LIMIT = 64 * 1024;

    /// How many bytes are read ahead at most unless [#buffer(int)] says otherwise; as in Python.
    public static final int DEFAULT_BUFFER = 8 * 1024;

    private static final int FIRST_BUFFER = 512;
    private static final int FIRST_FIELD = 8 * 1024;
    private static final byte[] NONE = {};
    // Buffers of connections that wait, for those that do not.
    private static final Queue<byte[]> SPARE = new ArrayBlockingQueue<>(64);

    private final Source source;
    private byte[] bytes = NONE;
    private int from;
    private int to;
    private int buffer = DEFAULT_BUFFER;
    private int limit = DEFAULT_LIMIT;
    // Whether bytes of an unfinished message were taken already.
    private boolean within;

    /// Where the bytes come from.
    interface Source {
        /// Reads at least one byte, or returns -1 at the end.
        ///
        /// @param within whether bytes of an unfinished message are there
        int read(ByteBuffer into, boolean within) throws IOException;

        /// {@return whether a read would not wait, as far as is known}
        default boolean isReady() {
            return true;
        }

        /// Waits until a read may find something.
        default void await(boolean within) throws IOException {}

        /// Notes that a whole message was read.
        default void messageEnds() {}
    }

    RequestInput(Source source) {
        this.source = source;
    }

    /// Sets how many bytes may be read ahead: Python's `rbufsize`.
    ///
    /// A longer line makes the buffer grow for as long as it is needed.
    ///
    /// @throws IllegalArgumentException if it is negative
    public void buffer(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("input buffer (" + bytes + ") must not be negative");
        }
        buffer = Math.max(1, bytes);
    }

    /// Sets how many bytes [#readLine()] and [#readUntil(byte...)] take without a terminator.
    ///
    /// @throws IllegalArgumentException if it is not positive
    public void limit(int bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("input limit (" + bytes + ") must be positive");
        }
        limit = bytes;
    }

    /// {@return how many bytes have been read ahead and not been taken yet}
    public int buffered() {
        return to - from;
    }

    /// {@return what was read ahead and not been taken; nothing is any more}
    byte[] takeAhead() {
        byte[] ahead = Arrays.copyOfRange(bytes, from, to);
        from = to;
        return ahead;
    }

    /// Takes bytes that were read ahead elsewhere, before any were here.
    void readAhead(byte[] ahead) {
        bytes = ahead;
        from = 0;
        to = ahead.length;
    }

    /// Reads a line of UTF-8, without its `\n` or `\r\n`.
    ///
    /// The last line may lack the terminator, as with Python's `readline`. Malformed bytes become
    /// U+FFFD; to keep all bytes as they are, read with ISO-8859-1.
    ///
    /// @return the line, or null at the end
    /// @throws InputTooLongException if the line exceeds the limit
    public @Nullable String readLine() throws IOException {
        return readLine(UTF_8);
    }

    /// Reads a line of that charset, which must encode `\n` as one byte, 10, as all but UTF-16 and
    /// UTF-32 do.
    ///
    /// @return the line without its terminator, or null at the end
    /// @throws InputTooLongException if the line exceeds the limit
    public @Nullable String readLine(Charset charset) throws IOException {
        int seen = 0;
        for (; ; ) {
            for (int i = from + seen; i < to; i++) {
                if (bytes[i] == '\n') {
                    int end = i > from && bytes[i - 1] == '\r' ? i - 1 : i;
                    checkLine(end - from);
                    source.messageEnds();
                    return text(end, i + 1, charset);
                }
            }
            seen = buffered();
            // The last byte may be the carriage return of a line that is just as long as allowed.
            checkLine(seen > 0 && bytes[to - 1] == '\r' ? seen - 1 : seen);
            if (!fill()) {
                checkLine(seen);
                return seen == 0 ? null : text(to, to, charset);
            }
        }
    }

    private void checkLine(int length) throws InputTooLongException {
        if (length > limit) {
            throw new InputTooLongException("line", limit);
        }
    }

    private String text(int end, int next, Charset charset) {
        String text = new String(bytes, from, end - from, charset);
        from = next;
        return text;
    }

    /// Reads up to that delimiter.
    ///
    /// @return the bytes before the delimiter, which is taken too, or null at the end
    /// @throws InputTooLongException if there are more bytes before it than the limit allows
    /// @throws EOFException if the client ends without the delimiter
    /// @throws IllegalArgumentException if the delimiter is empty
    public byte @Nullable [] readUntil(byte... delimiter) throws IOException {
        if (delimiter.length == 0) {
            throw new IllegalArgumentException("delimiter must not be empty");
        }
        int seen = 0;
        for (; ; ) {
            for (; seen + delimiter.length <= buffered(); seen++) {
                int at = from + seen;
                if (Arrays.equals(
                        bytes, at, at + delimiter.length, delimiter, 0, delimiter.length)) {
                    byte[] found = Arrays.copyOfRange(bytes, from, at);
                    from = at + delimiter.length;
                    source.messageEnds();
                    return found;
                }
                if (seen == limit) {
                    throw new InputTooLongException("data without delimiter", limit);
                }
            }
            if (!fill()) {
                if (buffered() == 0) {
                    return null;
                }
                throw new EOFException(
                        "end of input after %d bytes, without delimiter".formatted(buffered()));
            }
        }
    }

    /// Reads just as many bytes.
    ///
    /// Memory is taken as the bytes arrive, so that a length which a client only claims costs
    /// nothing.
    ///
    /// @throws EOFException if the client ends before
    /// @throws IllegalArgumentException if the count is negative
    public byte[] readExactly(int count) throws IOException {
        if (count < 0) {
            throw new IllegalArgumentException("count (" + count + ") must not be negative");
        }
        byte[] field = new byte[Math.min(count, FIRST_FIELD)];
        int length = 0;
        try {
            while (length < count) {
                if (length == field.length) {
                    field = Arrays.copyOf(field, (int) Math.min(count, 2L * length));
                }
                within = length > 0;
                int read = read(field, length, field.length - length);
                if (read < 0) {
                    throw new EOFException(
                            "end of input after %d of %d bytes".formatted(length, count));
                }
                length += read;
            }
        } catch (SocketTimeoutException timeout) {
            // Nothing is buffered while a read waits: what came before is to be read again.
            bytes = field;
            from = 0;
            to = length;
            throw timeout;
        } finally {
            within = false;
        }
        source.messageEnds();
        return field;
    }

    /// Reads the next frame.
    ///
    /// {@snippet class="socketserver.SnippetsTest" region="frames"}
    ///
    /// @return the frame, or null at the end
    /// @throws InputTooLongException if it is longer than the decoder's maximum
    /// @throws EOFException if the client ends within it
    /// @throws IOException if the bytes are none of the decoder's protocol
    public <T> @Nullable T read(FrameDecoder<T> decoder) throws IOException {
        int seen = 0;
        for (; ; ) {
            if (buffered() > seen) {
                ByteBuffer there = ByteBuffer.wrap(bytes, from, buffered());
                T frame = decoder.decode(there, seen);
                from = there.position();
                if (frame != null) {
                    source.messageEnds();
                    return frame;
                }
                seen = buffered();
                if (seen >= decoder.maximum()) {
                    throw new InputTooLongException("frame", decoder.maximum());
                }
            }
            if (!fill()) {
                return buffered() == 0 ? null : last(decoder);
            }
        }
    }

    private <T> @Nullable T last(FrameDecoder<T> decoder) throws IOException {
        T frame = decoder.decodeLast(ByteBuffer.wrap(bytes, from, buffered()));
        from = to;
        return frame;
    }

    @Override
    public int read() throws IOException {
        return from < to || fill() ? bytes[from++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        return drain(ByteBuffer.wrap(into, offset, length));
    }

    /// Moves bytes into a buffer: those that were read ahead, or, where none were, new ones.
    int drain(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        if (buffered() == 0 && into.remaining() >= buffer) {
            return source.read(into, within);
        }
        if (buffered() == 0 && !fill()) {
            return -1;
        }
        int count = Math.min(buffered(), into.remaining());
        into.put(bytes, from, count);
        from += count;
        return count;
    }

    @Override
    public int available() {
        return buffered();
    }

    /// Waits, and lends the buffer to others meanwhile.
    private void awaitWithoutBuffer() throws IOException {
        byte[] before = bytes;
        bytes = NONE;
        from = 0;
        to = 0;
        if (before.length == DEFAULT_BUFFER) {
            SPARE.offer(before);
        }
        source.await(within);
        byte[] spare = buffer == DEFAULT_BUFFER ? SPARE.poll() : null;
        bytes = spare == null ? new byte[buffer] : spare;
    }

    /// Reads more behind what is there; false at the end.
    private boolean fill() throws IOException {
        if (from == to && !source.isReady()) {
            awaitWithoutBuffer();
        } else if (from == to) {
            // Grows with the traffic up to the buffer's size, and gives back what a long line took.
            if (bytes.length > buffer
                    || bytes.length == 0
                    || (to == bytes.length && bytes.length < buffer)) {
                bytes =
                        new byte
                                [Math.clamp(
                                        2L * bytes.length, Math.min(FIRST_BUFFER, buffer), buffer)];
            }
            from = 0;
            to = 0;
        } else if (to == bytes.length) {
            byte[] larger = from > 0 ? bytes : new byte[Math.max(FIRST_BUFFER, 2 * bytes.length)];
            System.arraycopy(bytes, from, larger, 0, buffered());
            bytes = larger;
            to -= from;
            from = 0;
        }
        int count =
                source.read(
                        ByteBuffer.wrap(bytes, to, Math.min(bytes.length - to, buffer)),
                        within || from < to);
        if (count < 0) {
            return false;
        }
        to += count;
        return true;
    }
}
