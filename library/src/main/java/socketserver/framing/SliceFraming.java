package socketserver.framing;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Frames as slices of what has come.
record SliceFraming(ByteFraming bytes) implements Framing<ByteBuffer> {
    @Override
    public @Nullable ByteBuffer decode(ByteBuffer there, int seen) throws IOException {
        return bytes.next(there, seen);
    }

    @Override
    public int maximum() {
        return bytes.maximum();
    }

    @Override
    public ByteBuffer encode(ByteBuffer frame) {
        return bytes.encode(frame);
    }

    @Override
    public ByteBuffer decodePacket(ByteBuffer packet) throws IOException {
        return bytes.content(packet);
    }

    @Override
    public ByteBuffer encodePacket(ByteBuffer frame) {
        return bytes.encodePacket(frame);
    }
}
