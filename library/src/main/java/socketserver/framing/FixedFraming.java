package socketserver.framing;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// Frames that all have the same length.
public final class FixedFraming extends ByteFraming {
    private static final long serialVersionUID = 1;

    FixedFraming(int length) {
        super(length);
    }

    @Override
    int overhead() {
        return 0;
    }

    @Override
    @Nullable ByteBuffer next(ByteBuffer bytes, int seen) {
        int length = contentMaximum();
        int from = bytes.position();
        return bytes.remaining() < length ? null : take(bytes, from, length, from + length);
    }

    @Override
    ByteBuffer frame(ByteBuffer content) {
        if (content.remaining() != contentMaximum()) {
            throw new IllegalArgumentException(
                    "a frame of %d bytes must have %d"
                            .formatted(content.remaining(), contentMaximum()));
        }
        return content;
    }
}
