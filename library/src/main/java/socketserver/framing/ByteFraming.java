package socketserver.framing;

import org.jspecify.annotations.Nullable;

import socketserver.request.InputTooLongException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;

/// A framing whose frames are bytes, or what can be made of them.
///
/// A frame's array is its own: a handler may keep it. That is the one copy that a frame costs; with
/// [#slices()] there is none.
public abstract sealed class ByteFraming implements Framing<byte[]>
        permits EnvelopeFraming, FixedFraming, LengthFraming, NetstringFraming {
    private static final long serialVersionUID = 1;

    private final int most;

    /// @param most how many bytes the content has at most
    ByteFraming(int most) {
        if (most <= 0) {
            throw new IllegalArgumentException(
                    "the maximum of a frame (%d bytes) must be positive".formatted(most));
        }
        this.most = most;
    }

    /// {@return how many bytes the content of a frame has at most}
    public final int contentMaximum() {
        return most;
    }

    /// {@return how many bytes may be around the content at most}
    abstract int overhead();

    /// Takes the next frame.
    ///
    /// @return its content, a slice of the bytes, or null if it is not there yet
    abstract @Nullable ByteBuffer next(ByteBuffer bytes, int seen) throws IOException;

    /// {@return the frame of that content, ready to be sent}
    abstract ByteBuffer frame(ByteBuffer content);

    @Override
    public final int maximum() {
        return (int) Math.min(Integer.MAX_VALUE, (long) most + overhead());
    }

    @Override
    public final byte @Nullable [] decode(ByteBuffer bytes, int seen) throws IOException {
        ByteBuffer content = next(bytes, seen);
        return content == null ? null : copy(content);
    }

    @Override
    public final ByteBuffer encode(byte[] frame) {
        return encode(ByteBuffer.wrap(frame));
    }

    final ByteBuffer encode(ByteBuffer content) {
        return frame(checked(content));
    }

    private ByteBuffer checked(ByteBuffer content) {
        if (content.remaining() > most) {
            throw new IllegalArgumentException(
                    "a frame of %d bytes is longer than the limit of %d bytes"
                            .formatted(content.remaining(), most));
        }
        return content;
    }

    @Override
    public final byte[] decodePacket(ByteBuffer packet) throws IOException {
        return copy(content(packet));
    }

    final ByteBuffer content(ByteBuffer packet) throws IOException {
        checkLength(packet.remaining());
        ByteBuffer content = packet.slice();
        packet.position(packet.limit());
        return content;
    }

    @Override
    public final ByteBuffer encodePacket(byte[] frame) {
        return checked(ByteBuffer.wrap(frame));
    }

    final ByteBuffer encodePacket(ByteBuffer content) {
        return checked(content);
    }

    final void checkLength(long length) throws InputTooLongException {
        if (length > most) {
            throw new InputTooLongException("frame", most);
        }
    }

    static byte[] copy(ByteBuffer content) {
        byte[] copy = new byte[content.remaining()];
        content.get(copy);
        return copy;
    }

    /// {@return the part of the bytes that begins there and has that length; the position is left
    /// at the end}
    static ByteBuffer take(ByteBuffer bytes, int from, int length, int end) {
        ByteBuffer content = bytes.slice(from, length);
        bytes.position(end);
        return content;
    }

    /// {@return the same frames without a copy: the buffers are valid until the handler returns, or
    /// more is read}
    public final Framing<ByteBuffer> slices() {
        return new SliceFraming(this);
    }

    /// {@return the same frames as texts of that charset}
    ///
    /// Malformed bytes become U+FFFD, characters that the charset lacks become question marks.
    public final Framing<String> text(Charset charset) {
        return new TextFraming(this, charset.name());
    }
}
