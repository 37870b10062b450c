package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the command reads again at SIGHUP.
@Timeout(60)
class ReloadTest {
    private static final String FULL =
            """
            # One client at a time.
            --max-connections 1
            --over-limit refuse
            """;

    @TempDir Path folder;

    private Path file;

    @BeforeEach
    void nameFile() throws IOException {
        Programs.needsHangUp();
        file = folder.resolve("serve.conf");
    }

    private RunningCommand serve(String options) throws Exception {
        Files.writeString(file, options);
        return RunningCommand.serve(1, "tcp://127.0.0.1:0", "@" + file);
    }

    private void reload(RunningCommand command, String options, String said) throws Exception {
        Files.writeString(file, options);
        RunningCommand.signal("HUP", command.process());
        command.awaitErr(said);
    }

    /// Asserts that a client gets that at once, and then the end.
    private static void assertGets(RunningCommand command, String text) throws IOException {
        try (Socket socket = command.connect()) {
            assertThat(socket.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo(text);
        }
    }

    @Test
    void limitsAreThoseThatTheFileHasNow() throws Exception {
        try (var command = serve(FULL + "--farewell 'come back'");
                Socket first = command.connect()) {
            first.getOutputStream().write('x');
            assertThat(first.getInputStream().read()).isEqualTo('x');
            assertGets(command, "come back\n");
            reload(
                    command,
                    FULL + "--farewell never --drain 1m",
                    "reload: limits and times: those of the files are in force\n");
            assertGets(command, "never\n");
            command.terminate();
            command.awaitErr("waiting for 1 request, at most 1m 0s");
        }
    }

    @Test
    void aFileThatIsWrongChangesNothing() throws Exception {
        try (var command = serve(FULL + "--farewell old");
                Socket first = command.connect()) {
            first.getOutputStream().write('x');
            assertThat(first.getInputStream().read()).isEqualTo('x');
            reload(
                    command,
                    FULL + "--farewell new --idle-timeout soon",
                    "reload failed: limits and times stay as they are: --idle-timeout (soon)");
            assertGets(command, "old\n");
            Files.delete(file);
            RunningCommand.signal("HUP", command.process());
            command.awaitErr("options (@" + file + ") must be a file that can be read");
            assertGets(command, "old\n");
        }
    }

    @Test
    void saysWhatCannotChange() throws Exception {
        try (var command = serve("--handler echo")) {
            reload(
                    command,
                    "--handler upper --model selector unix:/elsewhere",
                    "in force, but ADDRESS, --model, --handler cannot change while it serves:"
                            + " SIGUSR1 starts a process with them");
            try (Socket socket = command.connect()) {
                socket.getOutputStream().write('x');
                assertThat(socket.getInputStream().read()).isEqualTo('x');
            }
        }
    }

    @Test
    void withoutAFileTheSignalEnds() throws Exception {
        try (var command = RunningCommand.serve(1, "tcp://127.0.0.1:0")) {
            RunningCommand.signal("HUP", command.process());
            // 128 and the number of the signal: the JVM's own end.
            assertThat(command.exitCode()).isEqualTo(129);
        }
    }

    @Test
    void aFileThatIsNotThereIsNoAddress() throws Exception {
        try (var command = RunningCommand.run("serve", "@/nowhere/file", "tcp://:0")) {
            assertThat(command.exitCode()).isEqualTo(2);
            assertThat(command.err())
                    .contains("options (@/nowhere/file) must be a file that can be read");
        }
    }

    @Test
    void argumentsOfACommandAreItsOwn() throws Exception {
        try (var command =
                RunningCommand.serve(1, "tcp://127.0.0.1:0", "--exec", "echo", "@nothing")) {
            assertGets(command, "@nothing\n");
        }
    }
}
