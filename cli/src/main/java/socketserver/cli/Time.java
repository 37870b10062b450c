package socketserver.cli;

import socketserver.request.DatagramRequest;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Time (RFC 868): the seconds since 1900 as 32 bits, for machines; what it gets is ignored.
final class Time extends Service {
    private static final long serialVersionUID = 1;

    private static final long FROM_1900_TO_1970 = 2_208_988_800L;

    @Override
    void connection(StreamRequest request) throws IOException {
        request.write(now());
    }

    @Override
    void packet(DatagramRequest request) throws IOException {
        request.reply(now());
    }

    /// The number begins anew in 2036.
    private static ByteBuffer now() {
        long seconds = System.currentTimeMillis() / 1000 + FROM_1900_TO_1970;
        return ByteBuffer.allocate(4).putInt((int) seconds).flip();
    }
}
