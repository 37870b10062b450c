package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import socketserver.request.StreamRequest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// More bytes than an `int` counts, through one connection.
@Tag("long")
@Timeout(300)
class LongTransferTest {
    private static final long LENGTH = (2L << 30) + 1;
    private static final int BLOCK = 1 << 20;

    static List<Variant> variants() {
        return Variant.all().stream()
                .filter(
                        variant ->
                                variant.family().isStream() && variant.model() == Model.THREADING)
                .toList();
    }

    /// Counts up to the end, and says how many bytes came and how many were sent wrongly.
    private static void count(StreamRequest request) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BLOCK);
        long count = 0;
        long wrong = 0;
        while (request.read(buffer.clear()) >= 0) {
            for (buffer.flip(); buffer.hasRemaining(); count++) {
                wrong += buffer.get() == (byte) (count % 251) ? 0 : 1;
            }
        }
        request.output().writeLine(count + " " + wrong + " " + request.bytesIn());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variants")
    void twoGibibytesAndAByteArrive(Variant variant) throws Exception {
        try (var serving = variant.serveStreams(LongTransferTest::count);
                var client = serving.streamClient()) {
            // 251 is prime, so that no block looks like the one before it.
            byte[] pattern = new byte[BLOCK + 251];
            for (int i = 0; i < pattern.length; i++) {
                pattern[i] = (byte) (i % 251);
            }
            for (long sent = 0; sent < LENGTH; ) {
                int length = (int) Math.min(BLOCK, LENGTH - sent);
                client.send(pattern, (int) (sent % 251), length);
                sent += length;
            }
            client.halfClose();
            assertThat(client.receive()).isEqualTo(LENGTH + " 0 " + LENGTH);
        }
    }
}
