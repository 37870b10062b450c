package socketserver.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import socketserver.request.DatagramRequest;
import socketserver.request.StreamRequest;

import java.io.IOException;

/// The example of Python's documentation: one line, or one packet, back in upper case.
///
/// As Python's `bytes.upper()` it changes ASCII letters and keeps all other bytes.
final class Upper extends Service {
    private static final long serialVersionUID = 1;

    private static final int LONGEST_LINE = 10_000;

    @Override
    void connection(StreamRequest request) throws IOException {
        request.input().limit(LONGEST_LINE);
        String line = request.input().readLine(ISO_8859_1);
        if (line != null) {
            request.output().write(upper((line + '\n').getBytes(ISO_8859_1)));
        }
    }

    @Override
    void packet(DatagramRequest request) throws IOException {
        request.reply(upper(request.packet()));
    }

    private static byte[] upper(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] >= 'a' && bytes[i] <= 'z') {
                bytes[i] = (byte) (bytes[i] - 'a' + 'A');
            }
        }
        return bytes;
    }
}
