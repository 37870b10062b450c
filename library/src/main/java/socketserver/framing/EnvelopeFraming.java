package socketserver.framing;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Frames that end with certain bytes, and may begin with others.
///
/// Their content cannot have the bytes of the end: [#encode(byte[])] refuses it.
public final class EnvelopeFraming extends ByteFraming {
    private static final long serialVersionUID = 1;

    private final byte[] begin;
    private final byte[] end;

    EnvelopeFraming(byte[] begin, byte[] end, int most) {
        super(most);
        if (end.length == 0) {
            throw new IllegalArgumentException("the end of frames must not be empty");
        }
        this.begin = begin.clone();
        this.end = end.clone();
    }

    /// {@return the same with contents of at most so many bytes}
    ///
    /// @throws IllegalArgumentException if it is not positive
    public EnvelopeFraming withMaximum(int bytes) {
        return new EnvelopeFraming(begin, end, bytes);
    }

    @Override
    int overhead() {
        return begin.length + end.length;
    }

    @Override
    @Nullable ByteBuffer next(ByteBuffer bytes, int seen) throws IOException {
        int from = bytes.position();
        int there = Math.min(begin.length, bytes.remaining());
        for (int i = 0; i < there; i++) {
            if (bytes.get(from + i) != begin[i]) {
                throw new FramingException(
                        "a frame must begin with %s, not %s"
                                .formatted(
                                        FramingException.show(begin[i]),
                                        FramingException.show(bytes.get(from + i))));
            }
        }
        // The end may have begun among what was seen.
        int content = from + begin.length;
        int found = find(bytes, Math.max(content, from + seen - (end.length - 1)));
        if (found >= 0) {
            checkLength(found - content);
            return take(bytes, content, found - content, found + end.length);
        }
        // All but what may be the beginning of the end is content.
        checkLength((long) bytes.remaining() - begin.length - (end.length - 1));
        return null;
    }

    /// {@return where the end is, at the earliest from there, or -1}
    private int find(ByteBuffer bytes, int from) {
        int last = bytes.limit() - end.length;
        byte first = end[0];
        for (int at = from; at <= last; at++) {
            if (bytes.get(at) == first && isEnd(bytes, at)) {
                return at;
            }
        }
        return -1;
    }

    private boolean isEnd(ByteBuffer bytes, int at) {
        for (int i = 1; i < end.length; i++) {
            if (bytes.get(at + i) != end[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    ByteBuffer frame(ByteBuffer content) {
        int length = content.remaining();
        ByteBuffer frame = ByteBuffer.allocate(begin.length + length + end.length);
        frame.put(begin).put(content).put(end).flip();
        int found = find(frame, begin.length);
        if (found != begin.length + length) {
            throw new IllegalArgumentException(
                    "a frame must not have the bytes of its end, as this one has after %d"
                            .formatted(found - begin.length));
        }
        return frame;
    }
}
