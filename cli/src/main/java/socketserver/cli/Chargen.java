package socketserver.cli;

import socketserver.request.DatagramRequest;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/// Character generator (RFC 864): lines of printing characters without end to a connection, up to
/// 512 of them for a packet; what it gets is thrown away.
final class Chargen extends Service {
    private static final long serialVersionUID = 1;

    private static final int FIRST = ' ';
    private static final int CHARACTERS = '~' - ' ' + 1;
    private static final int LINE = 72;
    private static final int LONGEST_REPLY = 512;

    // All the lines there are: each begins with the next character.
    private static final byte[] LINES = lines();

    private static byte[] lines() {
        ByteBuffer lines = ByteBuffer.allocate(CHARACTERS * (LINE + 2));
        for (int first = 0; first < CHARACTERS; first++) {
            for (int i = first; i < first + LINE; i++) {
                lines.put((byte) (FIRST + i % CHARACTERS));
            }
            lines.put((byte) '\r').put((byte) '\n');
        }
        return lines.array();
    }

    @Override
    void connection(StreamRequest request) throws IOException {
        Thread reader = Thread.startVirtualThread(() -> discard(request));
        try {
            ByteBuffer lines = ByteBuffer.allocateDirect(LINES.length).put(LINES);
            while (request.isOpen()) {
                request.write(lines.rewind());
            }
        } finally {
            // Its read ends with the connection, which the writer's failure has not closed yet.
            request.close();
            join(reader);
        }
    }

    private static void discard(StreamRequest request) {
        try {
            Discard.drain(request);
        } catch (IOException gone) {
            // The writer finds out for itself.
        }
    }

    private static void join(Thread reader) {
        try {
            reader.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    void packet(DatagramRequest request) throws IOException {
        int length = ThreadLocalRandom.current().nextInt(LONGEST_REPLY + 1);
        request.reply(Arrays.copyOf(LINES, length));
    }
}
