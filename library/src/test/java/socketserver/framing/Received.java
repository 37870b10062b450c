package socketserver.framing;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// What comes of pieces of bytes, as a reader of frames has them.
///
/// @param failure what it gave up with, or null
/// @param mostRetained how many bytes it had to keep without having a frame
record Received(List<Object> frames, @Nullable String failure, int mostRetained) {
    static Received of(Framing<?> framing, List<byte[]> pieces) {
        List<Object> frames = new ArrayList<>();
        byte[] kept = {};
        int seen = 0;
        int most = 0;
        try {
            for (byte[] piece : pieces) {
                byte[] there = Arrays.copyOf(kept, kept.length + piece.length);
                System.arraycopy(piece, 0, there, kept.length, piece.length);
                // Not at the beginning of an array, as in a reader's buffer.
                byte[] array = new byte[3 + there.length];
                System.arraycopy(there, 0, array, 3, there.length);
                ByteBuffer buffer = ByteBuffer.wrap(array, 3, there.length);
                while (buffer.remaining() > seen) {
                    Object frame = framing.decode(buffer, seen);
                    seen = frame == null ? buffer.remaining() : 0;
                    if (frame != null) {
                        frames.add(comparable(frame));
                    }
                }
                kept = new byte[buffer.remaining()];
                buffer.get(kept);
                most = Math.max(most, kept.length);
            }
            if (kept.length > 0) {
                Object last = framing.decodeLast(ByteBuffer.wrap(kept));
                if (last != null) {
                    frames.add(comparable(last));
                }
            }
            return new Received(frames, null, most);
        } catch (IOException failed) {
            return new Received(frames, failed.toString(), most);
        }
    }

    /// {@return a frame as one that equals others of the same bytes}
    static Object comparable(Object frame) {
        return frame instanceof byte[] bytes ? Arrays.toString(bytes) : frame;
    }

    /// {@return the bytes in pieces of at least one}
    static List<byte[]> cut(byte[] bytes, Random random) {
        List<byte[]> pieces = new ArrayList<>();
        for (int from = 0; from < bytes.length; ) {
            int to = from + 1 + random.nextInt(Math.min(9, bytes.length - from));
            pieces.add(Arrays.copyOfRange(bytes, from, to));
            from = to;
        }
        return pieces;
    }

    static <T> byte[] encoded(Framing<T> framing, List<T> frames) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (T frame : frames) {
            bytes.writeBytes(ByteFraming.copy(framing.encode(frame)));
        }
        return bytes.toByteArray();
    }

    static <T> boolean isFrame(Framing<T> framing, T frame) {
        try {
            framing.encode(frame);
            return true;
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    static boolean survivesUtf8(String text) {
        return new String(text.getBytes(UTF_8), UTF_8).equals(text);
    }
}
