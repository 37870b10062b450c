package socketserver.cli;

import socketserver.request.DatagramRequest;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Discard (RFC 863): throws away what it gets and never answers.
final class Discard extends Service {
    private static final long serialVersionUID = 1;

    // All write into the same bytes, which nobody reads.
    private static final ByteBuffer SINK = ByteBuffer.allocateDirect(64 * 1024);

    @Override
    void connection(StreamRequest request) throws IOException {
        drain(request);
    }

    /// Reads to the end of what the client sends.
    static void drain(StreamRequest request) throws IOException {
        ByteBuffer sink = SINK.duplicate();
        while (request.read(sink) >= 0) {
            sink.clear();
        }
    }

    @Override
    void packet(DatagramRequest request) {}
}
