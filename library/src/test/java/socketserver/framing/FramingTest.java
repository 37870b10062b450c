package socketserver.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

/// What the framings are on the wire.
final class FramingTest {
    private static Framing<String> text(ByteFraming framing) {
        return framing.text(ISO_8859_1);
    }

    static Stream<Arguments> wires() {
        ByteFraming length = Framing.lengthPrefixed();
        LengthFraming one = Framing.lengthPrefixed().withLengthOf(1);
        return Stream.of(
                Arguments.of(Framing.lines(), "a\nb\r\n\nc\n", List.of("a", "b", "", "c")),
                Arguments.of(Framing.lines(), "a\nlast", List.of("a", "last")),
                Arguments.of(Framing.lines(), "a\r\r\n", List.of("a\r")),
                Arguments.of(Framing.jsonLines(), "{}\n\n \r\n[1]\n", List.of("{}", "[1]")),
                Arguments.of(text(Framing.delimited((byte) 0)), "a\0\0b\0", List.of("a", "", "b")),
                Arguments.of(
                        text(Framing.delimited((byte) '\r', (byte) '\n')),
                        "a\rb\r\r\n",
                        List.of("a\rb\r")),
                Arguments.of(text(Framing.stxEtx()), "\2a\3\2\3", List.of("a", "")),
                Arguments.of(text(Framing.mllp()), "\13a\34b\34\r", List.of("a\34b")),
                Arguments.of(text(Framing.fixed(2)), "abcd", List.of("ab", "cd")),
                Arguments.of(text(length), "\0\0\0\2ab\0\0\0\0", List.of("ab", "")),
                Arguments.of(text(one), "\2ab\1c", List.of("ab", "c")),
                Arguments.of(text(one.includingItself()), "\3ab\1", List.of("ab", "")),
                Arguments.of(text(one.withLengthOf(2).littleEndian()), "\2\0ab", List.of("ab")),
                Arguments.of(text(one.withLengthOf(3)), "\0\0\1a", List.of("a")),
                Arguments.of(text(one.withLengthOf(8)), "\0\0\0\0\0\0\0\1a", List.of("a")),
                Arguments.of(text(one.varint()), "\2ab\201\0c", List.of("ab", "c")),
                Arguments.of(
                        text(one.varint().withMaximum(1000)),
                        "\254\2" + "x".repeat(300),
                        List.of("x".repeat(300))),
                Arguments.of(text(Framing.netstrings()), "5:hello,0:,", List.of("hello", "")));
    }

    @ParameterizedTest
    @MethodSource("wires")
    void decodes(Framing<String> framing, String wire, List<String> frames) {
        Received received = Received.of(framing, List.of(wire.getBytes(ISO_8859_1)));
        assertThat(received.failure()).isNull();
        assertThat(received.frames()).isEqualTo(frames);
    }

    static Stream<Arguments> failures() {
        LengthFraming length = Framing.lengthPrefixed().withMaximum(9);
        return Stream.of(
                Arguments.of(
                        Framing.lines().withMaximum(3),
                        "abcd",
                        "InputTooLongException: line is longer than the limit of 3 bytes"),
                Arguments.of(
                        Framing.delimited((byte) 0).withMaximum(3),
                        "abcd",
                        "InputTooLongException: frame is longer than the limit of 3 bytes"),
                Arguments.of(Framing.stxEtx(), "a", "a frame must begin with 0x02, not 'a'"),
                Arguments.of(
                        length,
                        "\0\0\0\12",
                        "InputTooLongException: frame is longer than the limit of 9 bytes"),
                Arguments.of(
                        length.withLengthOf(8),
                        "\377\377\377\377\377\377\377\377",
                        "InputTooLongException: frame is longer than the limit of 9 bytes"),
                Arguments.of(
                        length.includingItself(),
                        "\0\0\0\3",
                        "a length of 3 bytes must count the 4 of its own"),
                Arguments.of(
                        length.varint(),
                        "\200\200\200\200\200",
                        "a length must be a varint of at most 5 bytes"),
                Arguments.of(length, "\0\0\0\2a", "end of input after 5 bytes of a frame"),
                Arguments.of(
                        Framing.netstrings(),
                        "01:",
                        "a netstring must begin with its length and a colon, without leading zeros,"
                                + " and has '1'"),
                Arguments.of(
                        Framing.netstrings(),
                        ":",
                        "a netstring must have a length before its colon"),
                Arguments.of(
                        Framing.netstrings(),
                        "1:ab",
                        "a netstring of 1 bytes must end with a comma, not 'b'"),
                Arguments.of(
                        Framing.netstrings().withMaximum(99),
                        "100",
                        "InputTooLongException: frame is longer than the limit of 99 bytes"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void refuses(Framing<?> framing, String wire, String reason) {
        Received received = Received.of(framing, List.of(wire.getBytes(ISO_8859_1)));
        assertThat(received.failure()).endsWith(reason);
        assertThat(received.frames()).isEmpty();
    }

    static Stream<Arguments> impossible() {
        return Stream.of(
                Arguments.of(Framing.lines(), "a\nb", "a line must not have a LF"),
                Arguments.of(Framing.lines(), "a\r", "nor end with CR"),
                Arguments.of(Framing.lines().withMaximum(1), "ab", "limit of 1 bytes"),
                Arguments.of(text(Framing.stxEtx()), "a\3b", "as this one has after 1"),
                Arguments.of(text(Framing.fixed(2)), "abc", "limit of 2 bytes"),
                Arguments.of(text(Framing.fixed(2)), "a", "a frame of 1 bytes must have 2"),
                Arguments.of(
                        text(Framing.lengthPrefixed().withLengthOf(1)),
                        "x".repeat(256),
                        "a frame of 256 bytes is longer than the limit of 255 bytes"));
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void doesNotEncodeWhatCannotBeDecoded(Framing<String> framing, String frame, String reason) {
        assertThatThrownBy(() -> framing.encode(frame))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @MethodSource("wires")
    void travels(Framing<String> framing, String wire, List<String> frames) throws Exception {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(framing);
        }
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            @SuppressWarnings("unchecked")
            var arrived = (Framing<String>) in.readObject();
            decodes(arrived, wire, frames);
        }
    }

    @Test
    void takesPacketsWithoutWhatIsAroundFrames() throws Exception {
        var packet = ByteBuffer.wrap("hello\r\n".getBytes(ISO_8859_1));
        assertThat(Framing.lines().decodePacket(packet)).isEqualTo("hello");
        assertThat(Framing.lines().encodePacket("hi").remaining()).isEqualTo(2);
        var netstring = ByteBuffer.wrap("hello".getBytes(ISO_8859_1));
        assertThat(text(Framing.netstrings()).decodePacket(netstring)).isEqualTo("hello");
    }

    @Test
    void givesSlicesWithoutACopy() throws Exception {
        byte[] array = "2:ab,".getBytes(ISO_8859_1);
        ByteBuffer slice = Framing.netstrings().slices().decode(ByteBuffer.wrap(array), 0);
        assertThat(slice).isNotNull();
        assertThat(slice.array()).isSameAs(array);
    }

    @Test
    void refusesWhatCanBeNoFraming() {
        assertThatThrownBy(() -> Framing.lines().withCharset(UTF_16))
                .hasMessage("UTF-16 cannot be read by lines: LF is not one byte, 10, in it");
        assertThatThrownBy(() -> Framing.lines().withMaximum(0))
                .hasMessage("the maximum of a line (0 bytes) must be positive");
        assertThatThrownBy(Framing::delimited).hasMessage("the end of frames must not be empty");
        assertThatThrownBy(() -> Framing.fixed(-1))
                .hasMessage("the maximum of a frame (-1 bytes) must be positive");
        assertThatThrownBy(() -> Framing.lengthPrefixed().withLengthOf(5))
                .hasMessage("a length of 5 bytes must have 1, 2, 3, 4 or 8");
    }
}
