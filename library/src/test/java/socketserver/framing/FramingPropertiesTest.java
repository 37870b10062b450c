package socketserver.framing;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// What holds for any bytes, cut at any points.
final class FramingPropertiesTest {
    private static final int MILLION = 1_000_000;

    /// A framing, and bytes that a client may send: of frames, or not.
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Sent(Framing<?> framing, byte[] bytes, Random cuts) {
        @Override
        public String toString() {
            return framing.getClass().getSimpleName() + " " + java.util.Arrays.toString(bytes);
        }
    }

    /// A framing and frames that it can have.
    record Frames<T>(Framing<T> framing, List<T> frames, Random cuts) {}

    private static final List<ByteFraming> BYTES =
            List.of(
                    Framing.delimited((byte) 0).withMaximum(40),
                    Framing.delimited((byte) 'a', (byte) 'a', (byte) 'b').withMaximum(40),
                    Framing.stxEtx().withMaximum(40),
                    Framing.mllp().withMaximum(40),
                    Framing.fixed(7),
                    Framing.lengthPrefixed().withMaximum(40),
                    Framing.lengthPrefixed().withLengthOf(1),
                    Framing.lengthPrefixed().withLengthOf(2).littleEndian().withMaximum(40),
                    Framing.lengthPrefixed().withLengthOf(3).includingItself().withMaximum(40),
                    Framing.lengthPrefixed().withLengthOf(8).littleEndian().withMaximum(40),
                    Framing.lengthPrefixed().varint().withMaximum(300),
                    Framing.netstrings().withMaximum(40));

    private static final List<LineFraming> LINES =
            List.of(
                    Framing.lines().withMaximum(40),
                    Framing.lines().withCrLf().withMaximum(40),
                    Framing.jsonLines().withMaximum(40));

    @Provide
    Arbitrary<Sent> anything() {
        // Bytes that mean something to one of them come often.
        Arbitrary<Byte> bytes =
                Arbitraries.frequencyOf(
                        Tuple.of(1, Arbitraries.bytes()),
                        Tuple.of(
                                3,
                                Arbitraries.of(
                                        "0123\n\r:,ab\2\3\13\34 \200"
                                                .chars()
                                                .mapToObj(c -> (byte) c)
                                                .toList())));
        Arbitrary<Framing<?>> framings =
                Arbitraries.of(
                        IntStream.range(0, BYTES.size() + LINES.size())
                                .<Framing<?>>mapToObj(
                                        i ->
                                                i < BYTES.size()
                                                        ? BYTES.get(i)
                                                        : LINES.get(i - BYTES.size()))
                                .toList());
        return Combinators.combine(
                        framings,
                        bytes.array(byte[].class).ofMaxSize(120),
                        Arbitraries.randomValue(random -> random))
                .as(Sent::new);
    }

    @Provide
    Arbitrary<Frames<byte[]>> byteFrames() {
        return Combinators.combine(Arbitraries.of(BYTES), Arbitraries.randomValue(random -> random))
                .flatAs(
                        (framing, random) ->
                                Arbitraries.bytes()
                                        .array(byte[].class)
                                        .ofMinSize(framing instanceof FixedFraming ? 7 : 0)
                                        .ofMaxSize(framing.contentMaximum())
                                        .filter(frame -> Received.isFrame(framing, frame))
                                        .list()
                                        .ofMaxSize(6)
                                        .map(frames -> new Frames<>(framing, frames, random)));
    }

    @Provide
    Arbitrary<Frames<String>> lines() {
        return Combinators.combine(Arbitraries.of(LINES), Arbitraries.randomValue(random -> random))
                .flatAs(
                        (framing, random) ->
                                Arbitraries.strings()
                                        .ofMinLength(1)
                                        .ofMaxLength(20)
                                        .filter(line -> !line.isBlank())
                                        .filter(Received::survivesUtf8)
                                        .filter(line -> Received.isFrame(framing, line))
                                        .list()
                                        .ofMaxSize(6)
                                        .map(frames -> new Frames<>(framing, frames, random)));
    }

    private static void sameFramesWhereverTheyAreCut(Sent sent) {
        Received whole = Received.of(sent.framing(), List.of(sent.bytes()));
        Received cut = Received.of(sent.framing(), Received.cut(sent.bytes(), sent.cuts()));
        assertThat(cut.frames()).isEqualTo(whole.frames());
        assertThat(cut.failure()).isEqualTo(whole.failure());
        assertThat(cut.mostRetained()).isLessThanOrEqualTo(sent.framing().maximum());
    }

    @Property(tries = 5000)
    void anyBytesGiveTheSameFramesWhereverTheyAreCut(@ForAll("anything") Sent sent) {
        sameFramesWhereverTheyAreCut(sent);
    }

    @Property(tries = MILLION)
    @Tag("long")
    void aMillionTimes(@ForAll("anything") Sent sent) {
        sameFramesWhereverTheyAreCut(sent);
    }

    private static <T> void decodesWhatWasEncoded(Frames<T> sent) {
        byte[] bytes = Received.encoded(sent.framing(), sent.frames());
        Received received = Received.of(sent.framing(), Received.cut(bytes, sent.cuts()));
        assertThat(received.failure()).isNull();
        assertThat(received.frames())
                .isEqualTo(sent.frames().stream().map(Received::comparable).toList());
    }

    @Property(tries = 3000)
    void decodesTheBytesThatWereEncoded(@ForAll("byteFrames") Frames<byte[]> sent) {
        decodesWhatWasEncoded(sent);
    }

    @Property(tries = 3000)
    void decodesTheLinesThatWereEncoded(@ForAll("lines") Frames<String> sent) {
        decodesWhatWasEncoded(sent);
    }
}
