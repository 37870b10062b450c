package socketserver.framing;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Frames after a number that says how many bytes they have.
public final class LengthFraming extends ByteFraming {
    static final LengthFraming STANDARD = new LengthFraming(4, false, false, DEFAULT_MAXIMUM);

    private static final long serialVersionUID = 1;
    // Instead of a number's size.
    private static final int VARINT = 0;
    private static final int VARINT_MOST = 5;
    private static final int MORE = 0x80;

    private final int size;
    private final boolean littleEndian;
    private final boolean includesItself;
    // More than the number can tell of, perhaps.
    private final int wanted;

    private LengthFraming(int size, boolean littleEndian, boolean includesItself, int wanted) {
        super(Math.min(wanted, capacity(size, includesItself)));
        this.wanted = wanted;
        this.size = size;
        this.littleEndian = littleEndian;
        this.includesItself = includesItself;
    }

    /// {@return how many bytes of content such a number can tell of}
    private static int capacity(int size, boolean includesItself) {
        long most = size == VARINT || size >= 4 ? Integer.MAX_VALUE : (1L << (8 * size)) - 1;
        return (int) (includesItself ? most - size : most);
    }

    /// {@return the same with a number of so many bytes}
    ///
    /// @param bytes 1, 2, 3, 4 or 8
    /// @throws IllegalArgumentException if it is another
    public LengthFraming withLengthOf(int bytes) {
        if (bytes < 1 || (bytes > 4 && bytes != 8)) {
            throw new IllegalArgumentException(
                    "a length of %d bytes must have 1, 2, 3, 4 or 8".formatted(bytes));
        }
        return new LengthFraming(bytes, littleEndian, includesItself, wanted);
    }

    /// {@return the same with the number's least significant byte first}
    public LengthFraming littleEndian() {
        return new LengthFraming(size, true, includesItself, wanted);
    }

    /// {@return the same with a number that counts its own bytes, too}
    ///
    /// @throws IllegalStateException if it is a varint
    public LengthFraming includingItself() {
        if (size == VARINT) {
            throw new IllegalStateException("a varint cannot count its own bytes");
        }
        return new LengthFraming(size, littleEndian, true, wanted);
    }

    /// {@return the same with a number of seven bits in each byte, the least significant first, as
    /// in Protocol Buffers (LEB128); of five bytes at most}
    public LengthFraming varint() {
        return new LengthFraming(VARINT, false, false, wanted);
    }

    /// {@return the same with contents of at most so many bytes, or of as many as the number can
    /// tell of}
    ///
    /// @throws IllegalArgumentException if it is not positive
    public LengthFraming withMaximum(int bytes) {
        return new LengthFraming(size, littleEndian, includesItself, bytes);
    }

    @Override
    int overhead() {
        return size == VARINT ? VARINT_MOST : size;
    }

    @Override
    @Nullable ByteBuffer next(ByteBuffer bytes, int seen) throws IOException {
        int from = bytes.position();
        int head = size == VARINT ? varintSize(bytes) : size;
        if (head < 0 || bytes.remaining() < head) {
            return null;
        }
        long length = size == VARINT ? varint(bytes, from, head) : number(bytes, from);
        if (includesItself && length >= 0) {
            if (length < size) {
                throw new FramingException(
                        "a length of %d bytes must count the %d of its own"
                                .formatted(length, size));
            }
            length -= size;
        }
        // A number of eight bytes may be negative as a long.
        checkLength(length < 0 ? Long.MAX_VALUE : length);
        if (bytes.remaining() - head < length) {
            return null;
        }
        int content = from + head;
        return take(bytes, content, (int) length, content + (int) length);
    }

    private long number(ByteBuffer bytes, int from) {
        long number = 0;
        for (int i = 0; i < size; i++) {
            int at = littleEndian ? from + size - 1 - i : from + i;
            number = (number << 8) | (bytes.get(at) & 0xff);
        }
        return number;
    }

    /// {@return how many bytes the number has, or -1 if it is not there yet}
    private static int varintSize(ByteBuffer bytes) throws FramingException {
        int there = Math.min(VARINT_MOST, bytes.remaining());
        for (int i = 0; i < there; i++) {
            if ((bytes.get(bytes.position() + i) & MORE) == 0) {
                return i + 1;
            }
        }
        if (there == VARINT_MOST) {
            throw new FramingException(
                    "a length must be a varint of at most %d bytes".formatted(VARINT_MOST));
        }
        return -1;
    }

    private static long varint(ByteBuffer bytes, int from, int size) {
        long number = 0;
        for (int i = size - 1; i >= 0; i--) {
            number = (number << 7) | (bytes.get(from + i) & (MORE - 1));
        }
        return number;
    }

    @Override
    ByteBuffer frame(ByteBuffer content) {
        int length = content.remaining();
        ByteBuffer frame = ByteBuffer.allocate(overhead() + length);
        if (size == VARINT) {
            int rest = length;
            for (; rest >= MORE; rest >>>= 7) {
                frame.put((byte) (rest | MORE));
            }
            frame.put((byte) rest);
        } else {
            long number = includesItself ? length + size : length;
            for (int i = 0; i < size; i++) {
                int shift = 8 * (littleEndian ? i : size - 1 - i);
                frame.put((byte) (number >>> shift));
            }
        }
        return frame.put(content).flip();
    }
}
