package socketserver.request;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// A tap that writes what it sees as text: bytes in hexadecimal beside their characters, as
/// `hexdump -C` shows them, under a line that says whose they are.
///
/// ```
/// request 7 from /192.0.2.1:49152: received 18 bytes
/// 00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|
/// 00000010  0d 0a                                             |..|
/// ```
///
/// It may be on many requests; what it writes of one part stays together.
public final class HexTap implements WireTap {
    private static final int ROW = 16;
    // Where the characters begin, as with hexdump.
    private static final int TEXT_COLUMN = 60;
    private static final HexFormat HEX = HexFormat.of();

    private final Sink sink;

    /// Where texts go: of some lines each, the last of which has no end.
    private interface Sink {
        void write(Supplier<String> text) throws IOException;
    }

    private HexTap(Sink sink) {
        this.sink = sink;
    }

    /// {@return a tap that appends to that, one thread at a time}
    public static HexTap to(Appendable out) {
        var lock = new ReentrantLock();
        return new HexTap(
                text -> {
                    String lines = text.get() + '\n';
                    lock.lock();
                    try {
                        out.append(lines);
                    } finally {
                        lock.unlock();
                    }
                });
    }

    /// {@return a tap that logs, each part by one message of several lines}
    ///
    /// The text is not made while the logger does not log that level.
    public static HexTap to(Logger logger, Level level) {
        return new HexTap(text -> logger.log(level, text));
    }

    @Override
    public void received(Request request, ByteBuffer bytes) throws IOException {
        sink.write(() -> dump(request + ": received", bytes));
    }

    @Override
    public void sent(Request request, ByteBuffer bytes) throws IOException {
        sink.write(() -> dump(request + ": sent", bytes));
    }

    @Override
    public void receivedEnd(StreamRequest request) throws IOException {
        sink.write(() -> request + ": received the end");
    }

    @Override
    public void sentEnd(StreamRequest request) throws IOException {
        sink.write(() -> request + ": sent the end");
    }

    private static String dump(String what, ByteBuffer bytes) {
        int count = bytes.remaining();
        StringBuilder text = new StringBuilder();
        text.append(what).append(' ').append(count).append(count == 1 ? " byte" : " bytes");
        for (int from = 0; from < count; from += ROW) {
            int start = text.append('\n').length();
            int end = Math.min(from + ROW, count);
            text.append(HEX.toHexDigits(from)).append(' ');
            for (int i = from; i < end; i++) {
                text.append(i == from + ROW / 2 ? "  " : " ");
                HEX.toHexDigits(text, bytes.get(bytes.position() + i));
            }
            text.repeat(' ', start + TEXT_COLUMN - text.length()).append('|');
            for (int i = from; i < end; i++) {
                byte each = bytes.get(bytes.position() + i);
                text.append(each >= ' ' && each <= '~' ? (char) each : '.');
            }
            text.append('|');
        }
        return text.toString();
    }
}
