package socketserver.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.MemoryRequest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Random;

@Timeout(20)
class RequestOutputTest {
    private final MemoryRequest request = MemoryRequest.of("");
    private final RequestOutput output = request.output();

    @Test
    void sendsEachCallAtOnceWithoutABuffer() throws IOException {
        output.write("one");
        output.write('2');
        output.write("three".getBytes(ISO_8859_1), 1, 3);
        output.write(ByteBuffer.wrap("four".getBytes(ISO_8859_1)).position(2));
        output.writeLine("five");
        assertThat(request.sent()).isEqualTo("one2hreurfive\n");
        assertThat(request.sends()).containsExactly(3, 1, 3, 2, 5);
        assertThat(request.bytesOut()).isEqualTo(14);
    }

    @Test
    void writesUtf8() throws IOException {
        output.writeLine("Größe €");
        assertThat(request.sent().getBytes(ISO_8859_1)).isEqualTo("Größe €\n".getBytes(UTF_8));
    }

    @Test
    void sendsAllEvenIfTheClientTakesLittleAtOnce() throws IOException {
        request.takingAtOnce(3);
        output.write("0123456789");
        assertThat(request.sent()).isEqualTo("0123456789");
        assertThat(request.sends()).containsExactly(3, 3, 3, 1);
    }

    @Test
    void gathersSmallWritesUntilTheBufferIsFull() throws IOException {
        output.buffer(10);
        output.write("1234");
        output.write("567890");
        assertThat(request.sends()).isEmpty();
        output.write("x");
        assertThat(request.sends()).containsExactly(10);
        output.flush();
        assertThat(request.sends()).containsExactly(10, 1);
        output.flush();
        assertThat(request.sends()).containsExactly(10, 1);
    }

    @Test
    void sendsAWriteThatIsLargerThanTheBufferByItself() throws IOException {
        output.buffer(4);
        output.write("ab");
        output.write("0123456789");
        output.write("cd");
        output.close();
        assertThat(request.sent()).isEqualTo("ab0123456789cd");
        assertThat(request.sends()).containsExactly(2, 10, 2);
        assertThat(request.isOpen()).isTrue();
    }

    @Test
    void flushesBeforeAWriteOfTheRequestItself() throws IOException {
        output.buffer(100);
        output.write("first ");
        assertThat(request.write(ByteBuffer.wrap("second".getBytes(ISO_8859_1)))).isEqualTo(6);
        assertThat(request.sent()).isEqualTo("first second");
    }

    @Test
    void flushesBeforeTheEndOfTheOutput() throws IOException {
        output.buffer(100);
        output.write("last words");
        request.shutdownOutput();
        assertThat(request.sent()).isEqualTo("last words");
        assertThat(request.ended()).isTrue();
    }

    @Test
    void flushesBeforeTheBufferIsChanged() throws IOException {
        output.buffer(100);
        output.write("one ");
        output.buffer(0);
        output.write("two");
        assertThat(request.sends()).containsExactly(4, 3);
    }

    @Test
    void refusesABufferOfLessThanNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> output.buffer(-1))
                .withMessage("output buffer (-1) must not be negative");
    }

    @Test
    void reportsThatTheRequestIsClosed() throws IOException {
        output.buffer(100);
        output.write("lost");
        request.close();
        assertThatThrownBy(output::flush).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void sendsTheSameBytesWhateverTheBuffer() throws IOException {
        Random random = new Random(20_260_105);
        for (int i = 0; i < 2000; i++) {
            MemoryRequest some = MemoryRequest.of("").takingAtOnce(1 + random.nextInt(50));
            some.output().buffer(random.nextInt(30));
            StringBuilder expected = new StringBuilder();
            for (int j = random.nextInt(20); j > 0; j--) {
                String text = "" + (char) ('a' + random.nextInt(26));
                text = text.repeat(random.nextInt(40));
                expected.append(text);
                if (random.nextInt(4) == 0) {
                    some.output().flush();
                }
                switch (random.nextInt(3)) {
                    case 0 -> some.write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
                    case 1 -> some.output().write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
                    default -> some.output().write(text);
                }
            }
            some.output().flush();
            assertThat(some.sent()).as("case %d", i).isEqualTo(expected.toString());
            assertThat(some.bytesOut()).isEqualTo(expected.length());
        }
    }
}
