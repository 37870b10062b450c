package socketserver.framing;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Netstrings: the length in decimal digits, a colon, the content, a comma.
public final class NetstringFraming extends ByteFraming {
    private static final long serialVersionUID = 1;

    NetstringFraming(int most) {
        super(most);
    }

    /// {@return the same with contents of at most so many bytes}
    ///
    /// @throws IllegalArgumentException if it is not positive
    public NetstringFraming withMaximum(int bytes) {
        return new NetstringFraming(bytes);
    }

    @Override
    int overhead() {
        return Integer.toString(contentMaximum()).length() + 2;
    }

    @Override
    @Nullable ByteBuffer next(ByteBuffer bytes, int seen) throws IOException {
        int from = bytes.position();
        int at = from;
        long length = 0;
        for (; at < bytes.limit() && bytes.get(at) != ':'; at++) {
            byte digit = bytes.get(at);
            if (digit < '0' || digit > '9' || (at > from && length == 0)) {
                throw new FramingException(
                        "a netstring must begin with its length and a colon, without leading zeros,"
                                + " and has %s".formatted(FramingException.show(digit)));
            }
            length = 10 * length + digit - '0';
            checkLength(length);
        }
        if (at == bytes.limit()) {
            return null;
        }
        if (at == from) {
            throw new FramingException("a netstring must have a length before its colon");
        }
        int content = at + 1;
        if (bytes.limit() - content <= length) {
            return null;
        }
        int end = content + (int) length;
        if (bytes.get(end) != ',') {
            throw new FramingException(
                    "a netstring of %d bytes must end with a comma, not %s"
                            .formatted(length, FramingException.show(bytes.get(end))));
        }
        return take(bytes, content, (int) length, end + 1);
    }

    @Override
    ByteBuffer frame(ByteBuffer content) {
        byte[] head = (content.remaining() + ":").getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + content.remaining() + 1)
                .put(head)
                .put(content)
                .put((byte) ',')
                .flip();
    }
}
