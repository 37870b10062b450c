package socketserver.benchmark.server;

import org.jspecify.annotations.Nullable;

import socketserver.framing.Framing;

import java.nio.ByteBuffer;

/// Frames that are what has come at a time, of whatever length: what an echo needs.
record Pieces() implements Framing<ByteBuffer> {
    @Override
    public @Nullable ByteBuffer decode(ByteBuffer bytes, int seen) {
        if (!bytes.hasRemaining()) {
            return null;
        }
        ByteBuffer piece = bytes.slice();
        bytes.position(bytes.limit());
        return piece;
    }

    @Override
    public ByteBuffer encode(ByteBuffer piece) {
        return piece;
    }
}
