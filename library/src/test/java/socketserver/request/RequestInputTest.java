package socketserver.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.MemoryRequest;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

@Timeout(20)
class RequestInputTest {
    private static RequestInput input(String... pieces) {
        return MemoryRequest.of(pieces).input();
    }

    private static List<String> lines(RequestInput input, Charset charset) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line; (line = input.readLine(charset)) != null; ) {
            lines.add(line);
        }
        return lines;
    }

    private static List<String> lines(String... pieces) throws IOException {
        return lines(input(pieces), ISO_8859_1);
    }

    // Lines

    @Test
    void endsLinesAtLineFeeds() throws IOException {
        assertThat(lines("one\ntwo\n")).containsExactly("one", "two");
    }

    @Test
    void takesACarriageReturnBeforeALineFeedAway() throws IOException {
        assertThat(lines("one\r\ntwo\r", "\n")).containsExactly("one", "two");
    }

    @Test
    void keepsOtherCarriageReturns() throws IOException {
        assertThat(lines("a\rb\nc\r\r\n\rd\n", "e\r")).containsExactly("a\rb", "c\r", "\rd", "e\r");
    }

    @Test
    void readsEmptyLines() throws IOException {
        assertThat(lines("\n\r\n\n", "\r", "\n", "\n")).containsExactly("", "", "", "", "");
    }

    @Test
    void readsALastLineWithoutTerminator() throws IOException {
        assertThat(lines("one\ntw", "o")).containsExactly("one", "two");
    }

    @Test
    void readsNoLineAtTheEnd() throws IOException {
        RequestInput empty = input();
        assertThat(empty.readLine()).isNull();
        assertThat(empty.readLine()).isNull();
    }

    @Test
    void keepsZeroAndHighBytes() throws IOException {
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        RequestInput input = MemoryRequest.of(every, every).input();
        var read = new ByteArrayOutputStream();
        for (String line; (line = input.readLine(ISO_8859_1)) != null; ) {
            read.writeBytes(line.getBytes(ISO_8859_1));
            read.write('\n');
        }
        byte[] expected = Arrays.copyOf(every, 513);
        System.arraycopy(every, 0, expected, 256, 256);
        expected[512] = '\n';
        assertThat(read.toByteArray()).isEqualTo(expected);
    }

    @Test
    void readsUtf8UnlessTold() throws IOException {
        byte[] bytes = "Größe €\n\ud83d\ude00\n".getBytes(UTF_8);
        RequestInput input = MemoryRequest.of(bytes).input();
        assertThat(input.readLine()).isEqualTo("Größe €");
        assertThat(input.readLine()).isEqualTo("\ud83d\ude00");
    }

    @Test
    void replacesMalformedBytes() throws IOException {
        assertThat(input("a\u00ffb\n").readLine()).isEqualTo("a\ufffdb");
        assertThat(input("a\u00ffb\n").readLine(US_ASCII)).isEqualTo("a\ufffdb");
    }

    // Limits

    @Test
    void takesALineOfJustTheLimit() throws IOException {
        for (String end : List.of("\n", "\r\n", "")) {
            RequestInput input = input("12345" + end);
            input.limit(5);
            assertThat(input.readLine()).isEqualTo("12345");
        }
    }

    @Test
    void refusesALineOverTheLimitWhereverItIsCut() {
        for (String line : List.of("123456\n", "123456\r\n", "123456", "12345\r", "12345\r6\n")) {
            for (int cut = 1; cut < line.length(); cut++) {
                RequestInput input = input(line.substring(0, cut), line.substring(cut));
                input.limit(5);
                assertThatThrownBy(input::readLine)
                        .as(line)
                        .isInstanceOfSatisfying(
                                InputTooLongException.class,
                                thrown -> assertThat(thrown.limit()).isEqualTo(5))
                        .hasMessage("line is longer than the limit of 5 bytes");
            }
        }
    }

    @Test
    void readsNoFurtherThanTheLimitAsksFor() {
        MemoryRequest request = MemoryRequest.of(new byte[10_000_000]);
        request.input().limit(1000);
        assertThatThrownBy(request.input()::readLine).isInstanceOf(InputTooLongException.class);
        assertThat(request.bytesIn()).isLessThan(10_000);
    }

    @Test
    void leavesTheBytesOfALineThatIsTooLong() throws IOException {
        RequestInput input = input("1234567\nnext\n");
        input.limit(5);
        assertThatThrownBy(input::readLine).isInstanceOf(InputTooLongException.class);
        assertThatThrownBy(input::readLine).isInstanceOf(InputTooLongException.class);
        assertThat(input.readExactly(8)).asString().isEqualTo("1234567\n");
        assertThat(input.readLine()).isEqualTo("next");
    }

    @Test
    void hasALimitFromTheBeginning() throws IOException {
        String longest = "x".repeat(RequestInput.DEFAULT_LIMIT);
        assertThat(input(longest + "\n").readLine()).isEqualTo(longest);
        assertThatThrownBy(input(longest + "x\n")::readLine)
                .isInstanceOf(InputTooLongException.class);
    }

    @Test
    void refusesSettingsWithoutSense() {
        RequestInput input = input();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> input.limit(0))
                .withMessage("input limit (0) must be positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> input.buffer(-1))
                .withMessage("input buffer (-1) must not be negative");
        assertThatIllegalArgumentException().isThrownBy(() -> input.readUntil());
        assertThatIllegalArgumentException().isThrownBy(() -> input.readExactly(-1));
    }

    // The buffer

    @Test
    void growsForALongLineAndShrinksAgain() throws IOException {
        MemoryRequest request =
                MemoryRequest.of("x".repeat(60_000) + "\n", "y".repeat(1000) + "\n", "z\n");
        assertThat(request.input().readLine()).hasSize(60_000);
        assertThat(request.input().readLine()).hasSize(1000);
        assertThat(request.input().readLine()).isEqualTo("z");
        assertThat(request.rooms())
                .last()
                .satisfies(
                        room -> assertThat(room).isLessThanOrEqualTo(RequestInput.DEFAULT_BUFFER));
    }

    @Test
    void readsAheadNoMoreThanItsBuffer() throws IOException {
        for (int buffer : new int[] {0, 1, 7, 100}) {
            MemoryRequest request = MemoryRequest.of("hello\n" + "x".repeat(10_000));
            request.input().buffer(buffer);
            assertThat(request.input().readLine()).isEqualTo("hello");
            assertThat(request.input().buffered()).isLessThanOrEqualTo(Math.max(0, buffer - 1));
        }
    }

    @Test
    void readsAheadAsMuchAsItsBufferInTheLongRun() throws IOException {
        MemoryRequest request = MemoryRequest.of("x\n".repeat(100_000));
        request.input().buffer(20_000);
        assertThat(lines(request.input(), ISO_8859_1)).hasSize(100_000);
        assertThat(request.rooms()).contains(20_000).allMatch(room -> room <= 20_000);
    }

    @Test
    void readsLargePiecesWithoutTheBuffer() throws IOException {
        MemoryRequest request = MemoryRequest.of(new byte[1 << 20]);
        assertThat(request.input().read(new byte[1 << 20])).isEqualTo(1 << 20);
        assertThat(request.rooms()).containsExactly(1 << 20);
    }

    // Delimiters

    @Test
    void readsUntilADelimiterOfOneByte() throws IOException {
        RequestInput input = input("one;t", "wo;;");
        assertThat(input.readUntil((byte) ';')).asString().isEqualTo("one");
        assertThat(input.readUntil((byte) ';')).asString().isEqualTo("two");
        assertThat(input.readUntil((byte) ';')).isEmpty();
        assertThat(input.readUntil((byte) ';')).isNull();
    }

    @Test
    void findsADelimiterThatOverlapsWithItsOwnBeginning() throws IOException {
        for (String[] pieces :
                new String[][] {{"aaab"}, {"a", "a", "a", "b"}, {"aa", "ab"}, {"aaa", "b"}}) {
            RequestInput input = input(pieces);
            assertThat(input.readUntil("aab".getBytes(US_ASCII))).asString().isEqualTo("a");
            assertThat(input.readUntil("aab".getBytes(US_ASCII))).isNull();
        }
        assertThat(input("xababac!").readUntil("abac".getBytes(US_ASCII)))
                .asString()
                .isEqualTo("xab");
    }

    @Test
    void readsUntilADelimiterThatComesInPieces() throws IOException {
        RequestInput input = input("head\r", "\n\r", "\nbody\r\n\r\nrest");
        byte[] delimiter = "\r\n\r\n".getBytes(US_ASCII);
        assertThat(input.readUntil(delimiter)).asString().isEqualTo("head");
        assertThat(input.readUntil(delimiter)).asString().isEqualTo("body");
        assertThat(input.readExactly(4)).asString().isEqualTo("rest");
    }

    @Test
    void reportsAnEndBeforeTheDelimiter() {
        RequestInput input = input("one\r\n", "\r");
        assertThatThrownBy(() -> input.readUntil("\r\n\r\n".getBytes(US_ASCII)))
                .isInstanceOf(EOFException.class)
                .hasMessage("end of input after 6 bytes, without delimiter");
    }

    @Test
    void limitsWhatComesBeforeADelimiterWhereverItIsCut() throws IOException {
        byte[] delimiter = "<>".getBytes(US_ASCII);
        for (int cut = 1; cut < 7; cut++) {
            RequestInput just = input("12345<>".substring(0, cut), "12345<>".substring(cut));
            just.limit(5);
            assertThat(just.readUntil(delimiter)).asString().isEqualTo("12345");
            RequestInput over = input("123456<>".substring(0, cut), "123456<>".substring(cut));
            over.limit(5);
            assertThatThrownBy(() -> over.readUntil(delimiter))
                    .isInstanceOf(InputTooLongException.class)
                    .hasMessage("data without delimiter is longer than the limit of 5 bytes");
            assertThat(over.readExactly(8)).asString().isEqualTo("123456<>");
        }
    }

    // Fields

    @Test
    void readsJustAsManyBytes() throws IOException {
        RequestInput input = input("ab", "cde", "fgh");
        assertThat(input.readExactly(0)).isEmpty();
        assertThat(input.readExactly(4)).asString().isEqualTo("abcd");
        assertThat(input.readExactly(4)).asString().isEqualTo("efgh");
        assertThat(input.readExactly(0)).isEmpty();
    }

    @Test
    void reportsAnEndBeforeTheCount() {
        assertThatThrownBy(() -> input("abc").readExactly(5))
                .isInstanceOf(EOFException.class)
                .hasMessage("end of input after 3 of 5 bytes");
        assertThatThrownBy(() -> input().readExactly(1)).isInstanceOf(EOFException.class);
    }

    @Test
    void takesNoMemoryForALengthThatIsOnlyClaimed() {
        MemoryRequest request = MemoryRequest.of("abc");
        assertThatThrownBy(() -> request.input().readExactly(Integer.MAX_VALUE))
                .isInstanceOf(EOFException.class)
                .hasMessage("end of input after 3 of 2147483647 bytes");
        assertThat(request.rooms()).allMatch(room -> room <= 64 * 1024);
    }

    @Test
    void transfersAllThatIsLeft() throws IOException {
        RequestInput input = input("one\nt", "wo\nth", "ree");
        assertThat(input.readLine()).isEqualTo("one");
        var rest = new ByteArrayOutputStream();
        assertThat(input.transferTo(rest)).isEqualTo(9);
        assertThat(rest.toString(US_ASCII)).isEqualTo("two\nthree");
    }

    // In turns

    @Test
    void losesNothingBetweenLinesBytesAndBuffers() throws IOException {
        MemoryRequest request = MemoryRequest.of("line\nab", "cdef", "gh\n");
        assertThat(request.input().readLine()).isEqualTo("line");
        assertThat(request.input().read()).isEqualTo('a');
        ByteBuffer small = ByteBuffer.allocate(2);
        assertThat(request.read(small)).isEqualTo(1);
        assertThat(request.read(small)).isEqualTo(1);
        assertThat(new String(small.array(), US_ASCII)).isEqualTo("bc");
        assertThat(request.read(small)).isZero();
        assertThat(request.input().readLine()).isEqualTo("defgh");
        assertThat(request.read(small.clear())).isEqualTo(-1);
    }

    @Test
    void readsOnAfterATimeout() throws IOException {
        RequestInput input = input("half", "", " a line\n12", "", "34", "", "x", "", ";");
        assertThatThrownBy(input::readLine).isInstanceOf(SocketTimeoutException.class);
        assertThat(input.readLine()).isEqualTo("half a line");
        assertThat(input.readExactly(2)).asString().isEqualTo("12");
        assertThatThrownBy(() -> input.readUntil((byte) ';'))
                .isInstanceOf(SocketTimeoutException.class);
        assertThatThrownBy(() -> input.readUntil((byte) ';'))
                .isInstanceOf(SocketTimeoutException.class);
        assertThatThrownBy(() -> input.readUntil((byte) ';'))
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(input.readUntil((byte) ';')).asString().isEqualTo("34x");
    }

    @Test
    void readExactlyReadsOnAfterATimeoutToo() throws IOException {
        RequestInput input = input("ab", "", "cd");
        assertThatThrownBy(() -> input.readExactly(4)).isInstanceOf(SocketTimeoutException.class);
        assertThat(input.readExactly(4)).asString().isEqualTo("abcd");
    }

    @Test
    void closingItDoesNothing() throws IOException {
        MemoryRequest request = MemoryRequest.of("one\ntwo\n");
        assertThat(request.input().readLine()).isEqualTo("one");
        request.input().close();
        assertThat(request.isOpen()).isTrue();
        assertThat(request.input().readLine()).isEqualTo("two");
    }

    // At random

    private static byte[] randomText(Random random) {
        byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 3000 : 40)];
        byte[] alphabet = {'\n', '\r', 'a', 'b', 0, (byte) 0xff};
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = alphabet[random.nextInt(alphabet.length)];
        }
        return bytes;
    }

    private static byte[][] cut(byte[] bytes, Random random) {
        List<byte[]> pieces = new ArrayList<>();
        for (int from = 0; from < bytes.length; ) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(1 + random.nextInt(700)));
            pieces.add(Arrays.copyOfRange(bytes, from, to));
            from = to;
        }
        return pieces.toArray(byte[][]::new);
    }

    /// {@return the lines, by the plainest means}
    private static List<String> expectedLines(byte[] bytes) {
        List<String> lines = new ArrayList<>();
        String text = new String(bytes, ISO_8859_1);
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf('\n', from);
            if (end < 0) {
                lines.add(text.substring(from));
                break;
            }
            lines.add(
                    text.substring(
                            from, end > from && text.charAt(end - 1) == '\r' ? end - 1 : end));
            from = end + 1;
        }
        return lines;
    }

    @Test
    void readsTheSameLinesWhereverTheBytesAreCut() throws IOException {
        Random random = new Random(20_260_101);
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = randomText(random);
            RequestInput input = MemoryRequest.of(cut(bytes, random)).input();
            input.buffer(random.nextInt(600));
            assertThat(lines(input, ISO_8859_1)).as("case %d", i).isEqualTo(expectedLines(bytes));
        }
    }

    @Test
    void readsTheSameLinesUnderALimitWhereverTheBytesAreCut() throws IOException {
        Random random = new Random(20_260_102);
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = randomText(random);
            int limit = 1 + random.nextInt(12);
            List<String> expected = new ArrayList<>();
            for (String line : expectedLines(bytes)) {
                if (line.length() > limit) {
                    expected.add("too long");
                    break;
                }
                expected.add(line);
            }
            RequestInput input = MemoryRequest.of(cut(bytes, random)).input();
            input.limit(limit);
            input.buffer(random.nextInt(600));
            List<String> read = new ArrayList<>();
            try {
                for (String line; (line = input.readLine(ISO_8859_1)) != null; ) {
                    read.add(line);
                }
            } catch (InputTooLongException tooLong) {
                read.add("too long");
            }
            assertThat(read).as("case %d, limit %d", i, limit).isEqualTo(expected);
        }
    }

    @Test
    void findsTheSameDelimitersWhereverTheBytesAreCut() throws IOException {
        Random random = new Random(20_260_103);
        for (int i = 0; i < 5000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = (byte) ('a' + random.nextInt(2));
            }
            byte[] delimiter = new byte[1 + random.nextInt(4)];
            for (int j = 0; j < delimiter.length; j++) {
                delimiter[j] = (byte) ('a' + random.nextInt(2));
            }
            RequestInput input = MemoryRequest.of(cut(bytes, random)).input();
            input.buffer(random.nextInt(300));
            String text = new String(bytes, US_ASCII);
            String mark = new String(delimiter, US_ASCII);
            int from = 0;
            for (int at; (at = text.indexOf(mark, from)) >= 0; from = at + mark.length()) {
                assertThat(input.readUntil(delimiter))
                        .as("case %d", i)
                        .asString(US_ASCII)
                        .isEqualTo(text.substring(from, at));
            }
            if (from == text.length()) {
                assertThat(input.readUntil(delimiter)).isNull();
            } else {
                assertThatThrownBy(() -> input.readUntil(delimiter))
                        .isInstanceOf(EOFException.class);
            }
        }
    }

    @Test
    void mixesAllWaysOfReadingWithoutLosingAByte() throws IOException {
        Random random = new Random(20_260_104);
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = randomText(random);
            MemoryRequest request = MemoryRequest.of(cut(bytes, random));
            RequestInput input = request.input();
            input.buffer(random.nextInt(300));
            var read = new ByteArrayOutputStream();
            while (read.size() < bytes.length) {
                int left = bytes.length - read.size();
                switch (random.nextInt(5)) {
                    case 0 -> read.write(input.read());
                    case 1 -> read.writeBytes(input.readExactly(random.nextInt(left + 1)));
                    case 2 -> {
                        ByteBuffer buffer = ByteBuffer.allocate(random.nextInt(400));
                        request.read(buffer);
                        read.write(buffer.array(), 0, buffer.position());
                    }
                    case 3 -> {
                        byte[] some = new byte[1 + random.nextInt(400)];
                        read.write(some, 0, input.read(some));
                    }
                    default -> {
                        // A terminator's carriage return is lost in the text, so look first.
                        int at = new String(bytes, ISO_8859_1).indexOf('\n', read.size());
                        if (at >= 0) {
                            read.writeBytes(input.readUntil((byte) '\n'));
                            read.write('\n');
                        }
                    }
                }
            }
            assertThat(read.toByteArray()).as("case %d", i).isEqualTo(bytes);
            assertThat(request.bytesIn()).isEqualTo(bytes.length);
            assertThat(input.read()).isEqualTo(-1);
        }
    }
}
