package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.DataInputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Instant;

/// The services of RFC 863 to 868 and Python's example, over TCP and UDP.
@Timeout(60)
class BuiltInTest {
    private static RunningCommand serve(String handler) throws Exception {
        return RunningCommand.serve(
                2, "tcp://127.0.0.1:0", "udp://127.0.0.1:0", "--handler", handler);
    }

    @Test
    void discardTakesAllAndSaysNothing() throws Exception {
        try (var command = serve("discard");
                Socket socket = command.connect()) {
            socket.getOutputStream().write(new byte[1_000_000]);
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void daytimeIsALineForPeople() throws Exception {
        String line = "[A-Z][a-z]+day, [A-Z][a-z]+ \\d+, 2\\d{3} \\d\\d:\\d\\d:\\d\\d-\\S+\r\n";
        try (var command = serve("daytime");
                Socket socket = command.connect()) {
            assertThat(socket.getInputStream().readAllBytes()).asString(US_ASCII).matches(line);
            assertThat(CliTest.Udp.ask(command.address(1), "")).matches(line);
        }
    }

    @Test
    void timeIsSecondsSince1900() throws Exception {
        long expected = Instant.now().getEpochSecond() + 2_208_988_800L;
        try (var command = serve("time");
                Socket socket = command.connect();
                var in = new DataInputStream(socket.getInputStream())) {
            assertThat(Integer.toUnsignedLong(in.readInt())).isCloseTo(expected, within(60L));
            assertThat(in.read()).isEqualTo(-1);
            byte[] packet = CliTest.Udp.askBytes(command.address(1), "");
            assertThat(packet).hasSize(4);
            assertThat(Integer.toUnsignedLong(ByteBuffer.wrap(packet).getInt()))
                    .isCloseTo(expected, within(60L));
        }
    }

    @Test
    void chargenIsLinesWithoutEndOrUpTo512Characters() throws Exception {
        try (var command = serve("chargen");
                Socket socket = command.connect()) {
            socket.getOutputStream().write(new byte[100_000]);
            byte[] lines = socket.getInputStream().readNBytes(74 * 200);
            assertThat(lines).asString(US_ASCII).startsWith(" !\"#$%&'()*+,-./0123456789:;<=>?@A");
            for (int i = 0; i < 200; i++) {
                assertThat(lines[74 * i]).isEqualTo((byte) (' ' + i % 95));
                assertThat(lines[74 * i + 72]).isEqualTo((byte) '\r');
                assertThat(lines[74 * i + 73]).isEqualTo((byte) '\n');
            }
            for (int i = 0; i < 20; i++) {
                assertThat(CliTest.Udp.ask(command.address(1), "").length()).isBetween(0, 512);
            }
        }
    }

    @Test
    void upperIsOneLineOrOnePacket() throws Exception {
        try (var command = serve("upper");
                Socket socket = command.connect()) {
            socket.getOutputStream().write("hello\nagain\n".getBytes(US_ASCII));
            assertThat(new DataInputStream(socket.getInputStream()).readNBytes(6))
                    .asString()
                    .isEqualTo("HELLO\n");
            assertThat(CliTest.Udp.ask(command.address(1), "hello")).isEqualTo("HELLO");
        }
    }
}
