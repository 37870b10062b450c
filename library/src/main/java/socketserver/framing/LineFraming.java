package socketserver.framing;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import socketserver.request.InputTooLongException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;

/// Lines of text, which end with LF, or with CR and LF.
///
/// Malformed bytes become U+FFFD, characters that the charset lacks become question marks. A text
/// that has a LF itself, or ends with CR, is no line: [#encode(String)] refuses it.
public final class LineFraming implements Framing<String> {
    static final LineFraming STANDARD =
            new LineFraming(UTF_8.name(), false, false, DEFAULT_MAXIMUM);
    static final LineFraming JSON = new LineFraming(UTF_8.name(), false, true, DEFAULT_MAXIMUM);

    private static final long serialVersionUID = 1;

    // Its name, because a Charset cannot travel.
    private final String charset;
    private final boolean crlf;
    private final boolean skipsBlank;
    private final int most;

    private LineFraming(String charset, boolean crlf, boolean skipsBlank, int most) {
        if (most <= 0) {
            throw new IllegalArgumentException(
                    "the maximum of a line (%d bytes) must be positive".formatted(most));
        }
        this.charset = charset;
        this.crlf = crlf;
        this.skipsBlank = skipsBlank;
        this.most = most;
    }

    /// {@return the same with lines of at most so many bytes, without their end}
    ///
    /// @throws IllegalArgumentException if it is not positive
    public LineFraming withMaximum(int bytes) {
        return new LineFraming(charset, crlf, skipsBlank, bytes);
    }

    /// {@return the same with lines in that charset}
    ///
    /// @throws IllegalArgumentException if LF is not one byte, 10, in it, as in UTF-16
    public LineFraming withCharset(Charset charset) {
        byte[] lf = "\n".getBytes(charset);
        if (lf.length != 1 || lf[0] != '\n') {
            throw new IllegalArgumentException(
                    "%s cannot be read by lines: LF is not one byte, 10, in it".formatted(charset));
        }
        return new LineFraming(charset.name(), crlf, skipsBlank, most);
    }

    /// {@return the same whose encoded lines end with CR and LF, not LF alone}
    public LineFraming withCrLf() {
        return new LineFraming(charset, true, skipsBlank, most);
    }

    @Override
    public int maximum() {
        return (int) Math.min(Integer.MAX_VALUE, most + 2L);
    }

    @Override
    public @Nullable String decode(ByteBuffer bytes, int seen) throws IOException {
        int at = bytes.position() + seen;
        for (; at < bytes.limit(); at++) {
            if (bytes.get(at) == '\n') {
                String line = line(bytes, at);
                bytes.position(at + 1);
                if (!(skipsBlank && line.isBlank())) {
                    return line;
                }
            }
        }
        // The last byte may be the carriage return of a line that is just as long as allowed.
        boolean cr = bytes.hasRemaining() && bytes.get(bytes.limit() - 1) == '\r';
        check(bytes.remaining() - (cr ? 1 : 0));
        return null;
    }

    private String line(ByteBuffer bytes, int end) throws InputTooLongException {
        int from = bytes.position();
        int to = end > from && bytes.get(end - 1) == '\r' ? end - 1 : end;
        check(to - from);
        return TextFraming.text(bytes.slice(from, to - from), Charset.forName(charset));
    }

    private void check(int length) throws InputTooLongException {
        if (length > most) {
            throw new InputTooLongException("line", most);
        }
    }

    @Override
    public @Nullable String decodeLast(ByteBuffer bytes) throws IOException {
        check(bytes.remaining());
        String line = TextFraming.text(bytes, Charset.forName(charset));
        return skipsBlank && line.isBlank() ? null : line;
    }

    @Override
    public ByteBuffer encode(String line) {
        byte[] bytes = bytesOf(line);
        ByteBuffer frame = ByteBuffer.allocate(bytes.length + 2).put(bytes);
        if (crlf) {
            frame.put((byte) '\r');
        }
        return frame.put((byte) '\n').flip();
    }

    private byte[] bytesOf(String line) {
        if (line.indexOf('\n') >= 0 || line.endsWith("\r")) {
            throw new IllegalArgumentException("a line must not have a LF, nor end with CR");
        }
        byte[] bytes = line.getBytes(Charset.forName(charset));
        if (bytes.length > most) {
            throw new IllegalArgumentException(
                    "a line of %d bytes is longer than the limit of %d bytes"
                            .formatted(bytes.length, most));
        }
        return bytes;
    }

    /// {@return the line that a packet is, with its end or without}
    @Override
    public String decodePacket(ByteBuffer packet) throws IOException {
        int end = packet.limit();
        boolean ended = packet.hasRemaining() && packet.get(end - 1) == '\n';
        String line = line(packet, ended ? end - 1 : end);
        packet.position(end);
        return line;
    }

    @Override
    public ByteBuffer encodePacket(String line) {
        return ByteBuffer.wrap(bytesOf(line));
    }
}
