package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// Commands that serve a request each, over both engines.
@Timeout(60)
@ParameterizedClass
@ValueSource(strings = {"jdk", "linux"})
class ExecTest {
    @Parameter String engine;

    @TempDir Path folder;

    private RunningCommand serve(String... args) throws Exception {
        return RunningCommand.serveOn(engine, 1, args);
    }

    @Test
    void passesBytesBothWaysAsTheyCome() throws Exception {
        try (var command = serve("tcp://127.0.0.1:0", "--exec", "cat");
                Socket socket = command.connect()) {
            for (int i = 0; i < 3; i++) {
                socket.getOutputStream().write('a' + i);
                assertThat(socket.getInputStream().read()).isEqualTo('a' + i);
            }
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void doesNotHoldASelectorsLoop() throws Exception {
        try (var command = serve("tcp://127.0.0.1:0", "--model", "selector", "--exec", "cat");
                Socket first = command.connect();
                Socket second = command.connect()) {
            first.getOutputStream().write('a');
            assertThat(first.getInputStream().read()).isEqualTo('a');
            second.getOutputStream().write('b');
            assertThat(second.getInputStream().read()).isEqualTo('b');
        }
    }

    @Test
    void givesTheCommandTheEndOfTheInput() throws Exception {
        try (var command = serve("tcp://127.0.0.1:0", "--exec", "tr", "-d", "l");
                Socket socket = command.connect()) {
            socket.getOutputStream().write("hello".repeat(100_000).getBytes(UTF_8));
            socket.shutdownOutput();
            assertThat(socket.getInputStream().readAllBytes())
                    .asString(UTF_8)
                    .isEqualTo("heo".repeat(100_000));
        }
    }

    @Test
    void endsTheConnectionWithTheCommand() throws Exception {
        try (var command = serve("tcp://127.0.0.1:0", "--exec", "echo", "hi");
                Socket socket = command.connect()) {
            assertThat(socket.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("hi\n");
        }
    }

    @Test
    void endsTheCommandWhenTheClientHasGone() throws Exception {
        try (var command =
                serve("tcp://127.0.0.1:0", "--exec", "sh", "-c", "echo $$; sleep 1000; true")) {
            long pid;
            try (Socket socket = command.connect()) {
                pid = Long.parseLong(line(socket));
                assertThat(ProcessHandle.of(pid)).isPresent();
                // Closing sends a reset.
                socket.setSoLinger(true, 0);
            }
            await().until(() -> ProcessHandle.of(pid).isEmpty());
        }
    }

    @Test
    void endsTheCommandsThatAreCut() throws Exception {
        try (var command =
                        serve(
                                "tcp://127.0.0.1:0",
                                "--drain",
                                "50ms",
                                "--exec",
                                "sh",
                                "-c",
                                "echo $$; exec sleep 1000");
                Socket socket = command.connect()) {
            long pid = Long.parseLong(line(socket));
            // The child waits for nothing of the client any more.
            socket.shutdownOutput();
            command.terminate();
            assertThat(command.exitCode()).isZero();
            assertThat(command.err()).contains("0 finished, 1 cut (tcp 127.0.0.1:");
            assertThat(ProcessHandle.of(pid)).isEmpty();
        }
    }

    @Test
    void givesTheCommandDefaultSignals() throws Exception {
        // Without SIGPIPE yes would complain, and with SIGTERM blocked sleep would not end.
        String script = "yes | head -n 1; sleep 1000 & kill $!; wait $!; echo $?";
        try (var command = serve("tcp://127.0.0.1:0", "--exec", "sh", "-c", script);
                Socket socket = command.connect()) {
            assertThat(socket.getInputStream().readAllBytes())
                    .asString(UTF_8)
                    .isEqualTo("y\n143\n");
            assertThat(command.err()).doesNotContain("yes");
        }
    }

    @Test
    void keepsTheEnvironment() throws Exception {
        try (var command = serve("tcp://127.0.0.1:0", "--exec", "sh", "-c", "echo $PATH");
                Socket socket = command.connect()) {
            assertThat(socket.getInputStream().readAllBytes())
                    .asString(UTF_8)
                    .isEqualTo(System.getenv("PATH") + "\n");
        }
    }

    @Test
    void runsAScriptThatDoesNotSayWhoseItIs() throws Exception {
        Path script = Files.writeString(folder.resolve("script"), "echo $1\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        try (var command = serve("tcp://127.0.0.1:0", "--exec", script.toString(), "hello");
                Socket socket = command.connect()) {
            assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("hello\n");
        }
    }

    @Test
    void saysWhyACommandCouldNotBeStarted() throws Exception {
        Path script = Files.writeString(folder.resolve("script"), "#!/no/such/shell\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        try (var command = serve("tcp://127.0.0.1:0", "--exec", script.toString());
                Socket socket = command.connect()) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            command.awaitErr(script.toString());
            assertThat(command.err().toLowerCase(java.util.Locale.ROOT))
                    .contains("no such file or directory");
        }
    }

    @Test
    void keepsToTimeouts() throws Exception {
        try (var command = serve("tcp://127.0.0.1:0", "--read-timeout", "50ms", "--exec", "cat");
                Socket socket = command.connect()) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void leavesNoProcessesOrDescriptors() throws Exception {
        try (var command = serve("tcp://127.0.0.1:0", "--exec", "echo", "hi")) {
            ask(command);
            long before = command.descriptors();
            for (int i = 0; i < 200; i++) {
                ask(command);
            }
            await().untilAsserted(() -> assertThat(command.children()).isEmpty());
            await().untilAsserted(() -> assertThat(command.descriptors()).isLessThan(before + 20));
        }
    }

    private static void ask(RunningCommand command) throws Exception {
        try (Socket socket = command.connect()) {
            assertThat(socket.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("hi\n");
        }
    }

    private static String line(Socket socket) throws Exception {
        StringBuilder line = new StringBuilder();
        for (int c; (c = socket.getInputStream().read()) > '\n'; ) {
            line.append((char) c);
        }
        return line.toString();
    }

    @Test
    void tellsTheCommandWhoAsks() throws Exception {
        try (var command =
                        serve(
                                "tcp://127.0.0.1:0",
                                "--exec",
                                "sh",
                                "-c",
                                "echo $PROTO $TCPREMOTEIP $TCPREMOTEPORT $TCPLOCALIP"
                                        + " $TCPLOCALPORT");
                Socket socket = command.connect()) {
            assertThat(socket.getInputStream().readAllBytes())
                    .asString(UTF_8)
                    .isEqualTo(
                            "TCP 127.0.0.1 %d 127.0.0.1 %d\n"
                                    .formatted(
                                            socket.getLocalPort(), command.address(0).getPort()));
        }
    }

    @Test
    void servesUnixSockets() throws Exception {
        Path path = folder.resolve("exec.sock");
        try (var command = serve("unix:" + path, "--exec", "sh", "-c", "echo $PROTO; cat");
                var channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(command.listening()).containsExactly("unix:" + path);
            channel.write(ByteBuffer.wrap("abc".getBytes(UTF_8)));
            channel.shutdownOutput();
            ByteBuffer answer = ByteBuffer.allocate(100);
            while (channel.read(answer) >= 0) {}
            assertThat(UTF_8.decode(answer.flip()).toString()).isEqualTo("UNIX\nabc");
        }
    }

    @Test
    void answersPackets() throws Exception {
        try (var command = serve("udp://127.0.0.1:0", "--exec", "tr", "a", "b")) {
            assertThat(CliTest.Udp.ask(command.address(0), "banana")).isEqualTo("bbnbnb");
        }
    }

    @Test
    void killsACommandWhoseOutputFitsNoPacket() throws Exception {
        try (var command =
                serve(
                        "udp://127.0.0.1:0",
                        "--exec",
                        "sh",
                        "-c",
                        "read w; test $w = yes && exec yes; echo $w")) {
            assertThat(CliTest.Udp.ask(command.address(0), "no\n")).isEqualTo("no\n");
            try (var socket = new java.net.DatagramSocket()) {
                byte[] yes = "yes\n".getBytes(UTF_8);
                socket.send(new java.net.DatagramPacket(yes, yes.length, command.address(0)));
                command.awaitErr("output of sh is longer than a packet of 65507 bytes");
            }
        }
    }
}
