package socketserver.cli;

import socketserver.request.DatagramRequest;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Echo (RFC 862): sends back what it gets, as it arrives.
///
/// A connection waits with a small buffer, so that ten thousand idle ones cost little, and takes a
/// large one while its client sends more than fits.
final class Echo extends Service {
    private static final long serialVersionUID = 1;

    private static final int SMALL_BYTES = 1024;
    private static final BufferPool SMALL = new BufferPool(SMALL_BYTES, 4096);
    private static final BufferPool LARGE = new BufferPool(16 * 1024, 256);

    @Override
    void connection(StreamRequest request) throws IOException {
        BufferPool pool = SMALL;
        ByteBuffer buffer = pool.take();
        try {
            for (int count; (count = request.read(buffer)) >= 0; ) {
                request.write(buffer.flip());
                BufferPool fitting = count < SMALL_BYTES ? SMALL : LARGE;
                if (fitting == pool) {
                    buffer.clear();
                } else {
                    ByteBuffer other = fitting.take();
                    pool.give(buffer);
                    pool = fitting;
                    buffer = other;
                }
            }
        } finally {
            pool.give(buffer);
        }
    }

    @Override
    void packet(DatagramRequest request) throws IOException {
        request.reply(request.packet());
    }
}
