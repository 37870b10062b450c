package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Installed.needs;
import static socketserver.Patience.eventually;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.framing.Framing;
import socketserver.request.CloseReason;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Clients that others have written: `openssl s_client` and `curl`; and very many that come to
/// nothing.
@Timeout(60)
class TlsStrangersTest {
    private static final Credentials CREDENTIALS = Credentials.shared();
    // So many go before it is looked whether the server has noticed.
    private static final int BATCH = 100;

    private static List<Variant> variants() {
        return Variant.of(Family.TLS);
    }

    /// {@return what a program writes, both of its outputs, when it is given that}
    private static String run(Path folder, String input, List<String> command) throws Exception {
        Path in = Files.writeString(folder.resolve("in"), input);
        Path out = folder.resolve("out");
        Process process =
                new ProcessBuilder(command)
                        .redirectInput(in.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return Files.readString(out, java.nio.charset.StandardCharsets.ISO_8859_1);
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<String> openssl(Serving serving, String... options) {
        InetSocketAddress address = (InetSocketAddress) serving.server().address();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_client",
                                "-connect",
                                "127.0.0.1:" + address.getPort(),
                                "-CAfile",
                                CREDENTIALS.authorityFile().toString(),
                                "-verify_return_error",
                                "-ign_eof"));
        command.addAll(List.of(options));
        return command;
    }

    /// Answers one line, and says what was agreed upon.
    private static void answerOne(StreamRequest request) throws IOException {
        String line = request.input().readLine();
        request.output().writeLine("%s by %s".formatted(line, request.tls()));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void speaksWithOpenssl(Variant variant, @TempDir Path folder) throws Exception {
        needs("openssl");
        try (var serving = variant.serveStreams(TlsStrangersTest::answerOne)) {
            for (String version : new String[] {"1_2", "1_3"}) {
                String said =
                        run(
                                folder,
                                "hello\n",
                                openssl(serving, "-tls" + version, "-servername", "localhost"));
                assertThat(said)
                        .contains("hello by TlsSession[protocol=TLSv" + version.replace('_', '.'))
                        .contains("serverName=localhost")
                        .contains("Verify return code: 0 (ok)");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-tls1_1 -cipher DEFAULT@SECLEVEL=0",
                "-tls1_2 -cipher AES128-SHA256",
                "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256",
                "-tls1_2 -cipher NULL:eNULL@SECLEVEL=0"
            })
    void refusesWhatIsTooOld(String options, @TempDir Path folder) throws Exception {
        needs("openssl");
        Variant variant = variants().getFirst();
        try (var serving = variant.serveStreams(TlsStrangersTest::answerOne)) {
            String said = run(folder, "hello\n", openssl(serving, options.split(" ")));
            assertThat(said).doesNotContain("hello by").containsIgnoringCase("error");
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void speaksWithCurl(Variant variant, @TempDir Path folder) throws Exception {
        needs("curl");
        byte[] page = "x".repeat(1 << 20).getBytes(UTF_8);
        try (var serving =
                variant.serveStreams(
                        request -> {
                            while (!request.input().readLine().isEmpty()) {
                                // The request's header is of no interest.
                            }
                            request.output().writeLine("HTTP/1.1 200 OK\r");
                            request.output().writeLine("Connection: close\r\n\r");
                            request.output().write(page);
                        })) {
            InetSocketAddress address = (InetSocketAddress) serving.server().address();
            Path file = folder.resolve("page");
            String said =
                    run(
                            folder,
                            "",
                            List.of(
                                    "curl",
                                    "--silent",
                                    "--show-error",
                                    "--noproxy",
                                    "*",
                                    "--cacert",
                                    CREDENTIALS.authorityFile().toString(),
                                    "--output",
                                    file.toString(),
                                    "https://localhost:" + address.getPort() + "/"));
            // It complains if the end is not announced.
            assertThat(said).isEmpty();
            assertThat(file).hasBinaryContent(page);
        }
    }

    @Test
    void outlivesManyHandshakesThatComeToNothing() throws Exception {
        outlive(500);
    }

    @Test
    @Tag("long")
    @Timeout(600)
    void outlivesTenThousandHandshakesThatComeToNothing() throws Exception {
        outlive(10_000);
    }

    private static void outlive(int clients) throws Exception {
        byte[] hello = hello();
        for (Variant variant :
                List.of(
                        new Variant("linux", Family.TLS, Model.THREADING),
                        new Variant("linux", Family.TLS, Model.SELECTOR),
                        new Variant("jdk", Family.TLS, Model.SELECTOR))) {
            try (var serving =
                    variant.serve(
                            Variant.ofFamily(
                                    Framing.lines()
                                            .streams((line, request) -> request.send(line))))) {
                Events events = Events.of(serving.server());
                for (int i = 0; i < clients; i++) {
                    try (var client = SocketChannel.open(serving.server().address())) {
                        // Nothing, a part of a hello, a whole one, and noise behind one.
                        switch (i % 4) {
                            case 1 -> client.write(ByteBuffer.wrap(hello, 0, hello.length / 2));
                            case 2 -> client.write(ByteBuffer.wrap(hello));
                            case 3 -> {
                                client.write(ByteBuffer.wrap(hello));
                                client.write(ByteBuffer.wrap(new byte[300]));
                            }
                            default -> {
                                // It only connects.
                            }
                        }
                    }
                    if (i % BATCH == BATCH - 1) {
                        for (int j = 0; j < BATCH; j++) {
                            assertThat(events.reason()).isEqualTo(CloseReason.HANDSHAKE_FAILED);
                        }
                    }
                }
                eventually(() -> assertThat(serving.server().requests()).isEmpty());
                try (var client = serving.client()) {
                    assertThat(client.ask("still there")).isEqualTo("still there");
                }
            }
        }
    }

    private static byte[] hello() throws Exception {
        var engine = CREDENTIALS.client().createSSLEngine();
        engine.setUseClientMode(true);
        engine.beginHandshake();
        ByteBuffer hello = ByteBuffer.allocate(32 * 1024);
        engine.wrap(ByteBuffer.allocate(0), hello);
        byte[] bytes = new byte[hello.flip().remaining()];
        hello.get(bytes);
        return bytes;
    }
}
