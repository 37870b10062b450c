package socketserver.request;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import socketserver.MemoryRequest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Taps on a request of a family of one's own, which tells nothing by itself.
@Timeout(20)
class TappingTest {
    private static final Attribute<String> NAME = Attribute.named("name");

    private final MemoryRequest request = MemoryRequest.of("one", "two");

    private final List<String> told = new ArrayList<>();

    private final WireTap tap =
            new WireTap() {
                @Override
                public void received(Request from, ByteBuffer bytes) {
                    told.add("<" + US_ASCII.decode(bytes));
                }

                @Override
                public void sent(Request to, ByteBuffer bytes) {
                    told.add(">" + US_ASCII.decode(bytes));
                }
            };

    @Test
    void isToldEachPartThatASocketOfOnesOwnGivesOrTakes(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "content");
        request.takingAtOnce(4);
        request.tap(tap);
        ByteBuffer into = ByteBuffer.allocate(10).put((byte) '-');
        request.read(into.limit(3));
        request.output().write("hello");
        request.write(file, 1, 6);
        assertThat(request.input().readAllBytes()).asString(US_ASCII).isEqualTo("etwo");
        assertThat(told).containsExactly("<on", ">hell", ">o", ">onte", ">nt", "<e", "<two");
    }

    @Test
    void itsViewMovesNothing() throws IOException {
        request.tap(tap);
        ByteBuffer into = ByteBuffer.allocate(10);
        request.read(into);
        assertThat(into.position()).isEqualTo(3);
        assertThat(into.limit()).isEqualTo(10);
    }

    @Test
    void livesBesideAttributes() throws IOException {
        assertThat(request.tap()).isNull();
        request.tap(null);
        request.attribute(NAME, "ada");
        assertThat(request.tap()).isNull();
        request.tap(tap);
        request.attribute(NAME, null);
        assertThat(request.tap()).isSameAs(tap);
        request.tap(null);
        request.output().write("unseen");
        assertThat(told).isEmpty();
    }

    @Test
    void anotherTakesItsPlace() throws IOException {
        List<Integer> counts = new ArrayList<>();
        request.tap(tap);
        request.output().write("one");
        request.tap(
                new WireTap() {
                    @Override
                    public void received(Request from, ByteBuffer bytes) {}

                    @Override
                    public void sent(Request to, ByteBuffer bytes) {
                        counts.add(bytes.remaining());
                    }
                });
        request.output().write("two");
        assertThat(told).containsExactly(">one");
        assertThat(counts).containsExactly(3);
    }
}
