package socketserver.request;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.MemoryRequest;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;

@Timeout(20)
class HexTapTest {
    private final MemoryRequest request = MemoryRequest.of("GET / HTTP/1.1\r\n\r\n", "x");
    private final StringBuilder text = new StringBuilder();

    /// {@return what is said of the request, with its number and client}
    private String said(String lines) {
        return lines.replace("#", request.toString());
    }

    @Test
    void dumpsAsHexdumpDoes() throws IOException {
        request.tap(HexTap.to(text));
        request.input().readLine();
        request.output().write("\0\u007fÄ".getBytes(ISO_8859_1));
        assertThat(text.toString())
                .isEqualTo(
                        said(
                                """
                                #: received 18 bytes
                                00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|
                                00000010  0d 0a                                             |..|
                                #: sent 3 bytes
                                00000000  00 7f c4                                          |...|
                                """));
    }

    @Test
    void saysWhatHasEnded() throws IOException {
        request.input().readAllBytes();
        request.tap(HexTap.to(text));
        request.shutdownOutput();
        request.shutdownOutput();
        assertThat(text.toString()).isEqualTo(said("#: sent the end\n"));

        MemoryRequest other = MemoryRequest.of("x");
        other.tap(HexTap.to(text));
        text.setLength(0);
        other.input().readAllBytes();
        assertThat(other.input().read()).isNegative();
        assertThat(text.toString().replace(other.toString(), "#"))
                .isEqualTo(
                        """
                        #: received 1 byte
                        00000000  78                                                |x|
                        #: received the end
                        """);
    }

    @Test
    void dumpsWhatABufferHasLeft() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(300);
        for (int i = 0; i < 300; i++) {
            bytes.put((byte) i);
        }
        HexTap.to(text).sent(request, bytes.flip().position(16));
        assertThat(text.toString().lines())
                .hasSize(19)
                .contains(
                        "00000000  10 11 12 13 14 15 16 17  18 19 1a 1b 1c 1d 1e 1f "
                                + " |................|",
                        "00000110  20 21 22 23 24 25 26 27  28 29 2a 2b            "
                                + "  | !\"#$%&'()*+|");
    }

    /// Keeps what it logs from a level on.
    private static final class KeepingLogger implements System.Logger {
        final Level level;
        final List<String> messages = new ArrayList<>();

        KeepingLogger(Level level) {
            this.level = level;
        }

        @Override
        public String getName() {
            return "keeping";
        }

        @Override
        public boolean isLoggable(Level asked) {
            return asked.getSeverity() >= level.getSeverity();
        }

        @Override
        public void log(
                Level asked,
                @Nullable ResourceBundle bundle,
                @Nullable String message,
                @Nullable Throwable thrown) {
            messages.add(asked + " " + message);
        }

        @Override
        public void log(
                Level asked,
                @Nullable ResourceBundle bundle,
                @Nullable String format,
                @Nullable Object @Nullable ... parameters) {
            messages.add(asked + " " + format);
        }
    }

    @Test
    void logsAPartAsOneMessage() throws IOException {
        var logger = new KeepingLogger(Level.DEBUG);
        request.tap(HexTap.to(logger, Level.DEBUG));
        request.output().write("{0}");
        assertThat(logger.messages)
                .containsExactly(
                        said(
                                "DEBUG #: sent 3 bytes\n"
                                        + "00000000  7b 30 7d                               "
                                        + "           |{0}|"));
    }

    @Test
    void makesNoTextThatIsNotLogged() throws IOException {
        var logger = new KeepingLogger(Level.INFO);
        HexTap.to(logger, Level.DEBUG).sent(request, ByteBuffer.allocate(1));
        assertThat(logger.messages).isEmpty();
    }
}
