package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import socketserver.request.DisconnectedException;

import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.SocketTimeoutException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/// Files that every server of connections sends.
@Timeout(20)
class FileContractTest {
    /// Larger than what the kernel keeps for a client that does not read.
    private static final long LARGE = 64 << 20;

    @TempDir Path folder;

    // A Path cannot be serialized, a File can.

    private File random(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Files.write(folder.resolve("file"), bytes).toFile();
    }

    private File sparse(long size) throws IOException {
        File file = folder.resolve("sparse").toFile();
        try (var writer = new RandomAccessFile(file, "rw")) {
            writer.setLength(size);
        }
        return file;
    }

    @Contract
    void sendsAFileBehindWhatWasWrittenBefore(Variant variant) throws Exception {
        File file = random(3_000_001);
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.output().buffer(1000);
                                    request.output().writeLine("before");
                                    long count = request.write(file.toPath());
                                    request.output().writeLine(count + " " + request.bytesOut());
                                });
                var client = serving.streamClient()) {
            assertThat(client.receive()).isEqualTo("before");
            assertThat(client.receive(3_000_001)).isEqualTo(Files.readAllBytes(file.toPath()));
            assertThat(client.receive()).isEqualTo("3000001 3000008");
            assertThat(client.receive()).isNull();
        }
    }

    @Contract
    void sendsPartsOfAFile(Variant variant) throws Exception {
        File file = random(200_000);
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.write(file.toPath(), 199_999, 1);
                                    request.write(file.toPath(), 0, 0);
                                    request.write(file.toPath(), 70_000, 100_000);
                                });
                var client = serving.streamClient()) {
            byte[] bytes = Files.readAllBytes(file.toPath());
            assertThat(client.receive(1)).containsExactly(bytes[199_999]);
            assertThat(client.receiveAll()).isEqualTo(Arrays.copyOfRange(bytes, 70_000, 170_000));
        }
    }

    @Contract
    void sendsAnEmptyFile(Variant variant) throws Exception {
        File file = random(0);
        try (var serving =
                        variant.serveStreams(
                                request ->
                                        request.output()
                                                .writeLine("" + request.write(file.toPath())));
                var client = serving.streamClient()) {
            assertThat(client.receive()).isEqualTo("0");
        }
    }

    @Contract
    void sendsAFileOfAnotherFileSystem(Variant variant) throws Exception {
        Path zip = folder.resolve("files.zip");
        try (var files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Path file = Files.writeString(files.getPath("/file"), "from a zip\n");
            try (var serving = variant.serveStreams(request -> request.write(file));
                    var client = serving.streamClient()) {
                assertThat(client.receive()).isEqualTo("from a zip");
                assertThat(client.receive()).isNull();
            }
        }
    }

    @Contract
    void refusesWhatIsNoFile(Variant variant) throws Exception {
        for (File path : new File[] {folder.resolve("none").toFile(), folder.toFile()}) {
            try (var serving = variant.serveStreams(request -> request.write(path.toPath()));
                    var client = serving.streamClient()) {
                assertThat(serving.hooks().failure().thrown())
                        .isInstanceOf(
                                path.equals(folder.toFile())
                                        ? FileSystemException.class
                                        : NoSuchFileException.class)
                        .hasMessageContaining(path.toString());
                assertThat(client.receive()).isNull();
            }
        }
    }

    @Contract
    void saysHowMuchAFileThatIsTooShortHasHad(Variant variant) throws Exception {
        File file = random(100_000);
        try (var serving =
                        variant.serveStreams(request -> request.write(file.toPath(), 1, 100_000));
                var client = serving.streamClient()) {
            assertThat(client.receiveAll()).hasSize(99_999);
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(EOFException.class)
                    .hasMessageEndingWith("has ended: 99999 of 100000 bytes were sent");
        }
    }

    @Contract
    void saysHowMuchAFileThatShrinksHasHad(Variant variant) throws Exception {
        File file = sparse(LARGE);
        try (var serving = variant.serveStreams(request -> request.write(file.toPath()));
                var client = serving.streamClient()) {
            eventually(
                    () ->
                            assertThat(serving.server().requests())
                                    .singleElement()
                                    .extracting(LiveRequest::bytesOut)
                                    .isNotEqualTo(0L));
            sparse(1);
            long received = client.receiveAll().length;
            assertThat(received).isLessThan(LARGE);
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(EOFException.class)
                    .hasMessageEndingWith(
                            "has ended: %d of %d bytes were sent".formatted(received, LARGE));
        }
    }

    @Contract
    void reportsAClientThatGoesInTheMiddle(Variant variant) throws Exception {
        File file = sparse(LARGE);
        try (var serving = variant.serveStreams(request -> request.write(file.toPath()))) {
            try (var client = serving.streamClient()) {
                client.receiveOneByteOnly();
            }
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(DisconnectedException.class);
        }
    }

    @Contract
    void timesOutWithAClientThatNeverReads(Variant variant) throws Exception {
        File file = sparse(LARGE);
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.writeTimeout(Duration.ofMillis(30));
                                    request.write(file.toPath());
                                });
                var client = serving.streamClient()) {
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("write");
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            assertThat(client.next()).isZero();
        }
    }

    @Contract
    void writesNothingInBetween(Variant variant) throws Exception {
        File file = sparse(1_000_000);
        try (var serving =
                        variant.serveStreams(
                                request ->
                                        Patience.together(
                                                3,
                                                number ->
                                                        number == 0
                                                                ? request.write(file.toPath())
                                                                : writeOnes(request)));
                var client = serving.streamClient()) {
            String received =
                    new String(client.receiveAll(), java.nio.charset.StandardCharsets.ISO_8859_1);
            assertThat(received.replace("1", "")).hasSize(1_000_000);
            assertThat(received).contains("\0".repeat(1_000_000));
        }
    }

    private static long writeOnes(socketserver.request.StreamRequest request) throws IOException {
        for (int i = 0; i < 100; i++) {
            request.output().write("1");
        }
        return 100;
    }

    static final java.util.List<String> ENGINES = Variant.ENGINES;

    @ParameterizedTest
    @FieldSource("ENGINES")
    @Tag("long")
    @Timeout(200)
    void sendsMoreThanAnIntCanCount(String engine) throws Exception {
        long size = (2L << 30) + 1;
        File file = sparse(size);
        var variant = new Variant(engine, Family.TCP_IPV4, Model.THREADING);
        try (var serving = variant.serveStreams(request -> request.write(file.toPath()));
                var client = serving.streamClient()) {
            assertThat(client.skipAll()).isEqualTo(size);
        }
    }
}
