package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// TLS from the command line, with certificates and clients of `openssl`.
@Timeout(60)
class TlsTest {
    @TempDir Path folder;

    private Path certificate;
    private Path key;

    @BeforeEach
    void makeCertificate() throws Exception {
        Programs.needs("openssl");
        certificate = folder.resolve("tls.crt");
        key = folder.resolve("tls.key");
        certify("one");
    }

    /// Makes a certificate, which vouches for itself, in the place of any before.
    private void certify(String name) throws Exception {
        run(
                "",
                List.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=" + name,
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString()));
    }

    private String run(String input, List<String> command) throws Exception {
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
            return Files.readString(out);
        } finally {
            process.destroyForcibly();
        }
    }

    /// {@return what a client says that sends a line and reads up to the end}
    ///
    /// @param place where it connects, in the words of openssl
    private String ask(List<String> place, String... options) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("openssl", "s_client", "-ign_eof", "-quiet"));
        command.addAll(place);
        command.addAll(List.of(options));
        return run("hello\n", command);
    }

    private static List<String> port(RunningCommand command) {
        String listening = command.listening().getFirst();
        return List.of("-connect", listening.substring(listening.indexOf("//") + 2));
    }

    private RunningCommand serve(String address, String... more) throws IOException {
        List<String> args =
                new ArrayList<>(
                        List.of(
                                address,
                                "--tls-cert",
                                certificate.toString(),
                                "--tls-key",
                                key.toString()));
        args.addAll(List.of(more));
        return RunningCommand.serve(1, args.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"threading", "synchronous", "selector", "forking"})
    void servesByTls(String model) throws Exception {
        try (var command = serve("tls://127.0.0.1:0", "--handler", "daytime", "--model", model)) {
            assertThat(command.listening().getFirst()).contains("tls://127.0.0.1:");
            // The service's whole answer is a date.
            assertThat(ask(port(command))).contains("CN = one").containsPattern("20[0-9]{2}");
        }
    }

    @Test
    void servesUnixSocketsByTls() throws Exception {
        Path path = folder.resolve("s");
        try (var _ = serve("tls+unix:" + path, "--handler", "daytime")) {
            assertThat(ask(List.of("-unix", path.toString()))).containsPattern("20[0-9]{2}");
        }
    }

    @Test
    void givesCommandsWhatTheClientHasSaid() throws Exception {
        try (var command = serve("tls://127.0.0.1:0", "--exec", "head", "-n1")) {
            assertThat(ask(port(command))).contains("hello");
        }
    }

    @Test
    void wantsCertificatesOfClients() throws Exception {
        try (var command =
                serve(
                        "tls://127.0.0.1:0",
                        "--handler",
                        "daytime",
                        "--tls-client-ca",
                        certificate.toString())) {
            assertThat(ask(port(command))).doesNotContainPattern("20[0-9]{2}");
            assertThat(ask(port(command), "-cert", certificate.toString(), "-key", key.toString()))
                    .containsPattern("20[0-9]{2}");
        }
    }

    @Test
    void readsCertificatesAgainAtHangUp() throws Exception {
        Programs.needsHangUp();
        try (var command = serve("tls://127.0.0.1:0", "--handler", "daytime")) {
            certify("two");
            RunningCommand.signal("HUP", command.process());
            command.awaitErr("reload: certificates: those of the files are in use");
            assertThat(ask(port(command))).contains("CN = two");
            Files.writeString(certificate, "nothing");
            RunningCommand.signal("HUP", command.process());
            command.awaitErr("reload failed: certificates stay as they are: ");
            assertThat(ask(port(command))).contains("CN = two");
        }
    }

    @Test
    void saysThatTheNamesOfFilesCannotChange() throws Exception {
        Programs.needsHangUp();
        Path options = folder.resolve("options");
        String certificates = "--tls-cert %s --tls-key %s".formatted(certificate, key);
        Files.writeString(options, certificates);
        try (var command = RunningCommand.serve(1, "tls://127.0.0.1:0", "@" + options)) {
            Files.writeString(options, certificates + " --tls-client-ca " + certificate);
            RunningCommand.signal("HUP", command.process());
            command.awaitErr("in force, but --tls-... cannot change while it serves");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tls://:0|needs a certificate: add --tls-cert",
                "tcp://:0 --tls-cert a|--tls-cert was given, and no address for it",
                "tls+udp://:0 --tls-cert a|has packets: TLS is for connections",
                "tls+http://:0 --tls-cert a|must be tcp://HOST:PORT, tls://HOST:PORT",
            })
    void saysWhatIsWrong(String args, String said) throws Exception {
        try (var command = RunningCommand.run(("serve " + args).split(" "))) {
            assertThat(command.exitCode()).isEqualTo(2);
            assertThat(command.err()).contains(said);
        }
    }

    @Test
    void saysWhatIsWrongWithFiles() throws Exception {
        Files.writeString(certificate, "nothing", UTF_8);
        try (var command =
                RunningCommand.run(
                        "serve",
                        "tls://127.0.0.1:0",
                        "--tls-cert",
                        certificate.toString(),
                        "--tls-key",
                        key.toString())) {
            assertThat(command.exitCode()).isEqualTo(1);
            assertThat(command.err()).contains("there is no certificate (BEGIN CERTIFICATE)");
        }
    }
}
