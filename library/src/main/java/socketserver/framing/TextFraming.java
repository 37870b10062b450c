package socketserver.framing;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;

/// Frames as texts.
///
/// @param charset its name, because a [Charset] cannot travel
record TextFraming(ByteFraming bytes, String charset) implements Framing<String> {
    @Override
    public @Nullable String decode(ByteBuffer there, int seen) throws IOException {
        ByteBuffer content = bytes.next(there, seen);
        return content == null ? null : text(content, Charset.forName(charset));
    }

    static String text(ByteBuffer content, Charset charset) {
        return content.hasArray()
                ? new String(
                        content.array(),
                        content.arrayOffset() + content.position(),
                        content.remaining(),
                        charset)
                : new String(ByteFraming.copy(content), charset);
    }

    @Override
    public int maximum() {
        return bytes.maximum();
    }

    private byte[] bytesOf(String frame) {
        return frame.getBytes(Charset.forName(charset));
    }

    @Override
    public ByteBuffer encode(String frame) {
        return bytes.encode(bytesOf(frame));
    }

    @Override
    public String decodePacket(ByteBuffer packet) throws IOException {
        return text(bytes.content(packet), Charset.forName(charset));
    }

    @Override
    public ByteBuffer encodePacket(String frame) {
        return bytes.encodePacket(bytesOf(frame));
    }
}
