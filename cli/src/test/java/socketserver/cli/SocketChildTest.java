package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a command sees that has the connection itself.
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, disabledReason = "the jdk engine has no descriptors to give")
class SocketChildTest {
    @TempDir Path folder;

    private static RunningCommand serve(String script) throws Exception {
        return RunningCommand.serveOn(
                "linux", 1, "tcp://127.0.0.1:0", "--exec", "sh", "-c", script);
    }

    private static String all(String script) throws Exception {
        try (var command = serve(script);
                Socket socket = command.connect()) {
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void isTheSocketOnInputAndOutput() throws Exception {
        // sh itself gives no other name to its descriptors than those that it was given
        String[] links = all("readlink /proc/$$/fd/0 /proc/$$/fd/1").split("\n", -1);

        assertThat(links[0]).startsWith("socket:");
        assertThat(links[1]).isEqualTo(links[0]);
    }

    @Test
    void hasNoOtherDescriptors() throws Exception {
        assertThat(all("ls /proc/$$/fd").lines()).containsExactly("0", "1", "2");
    }

    @Test
    void hasABlockingSocketAndDefaultSignals() throws Exception {
        // O_NONBLOCK is 04000 in octal.
        assertThat(all("grep flags: /proc/$$/fdinfo/0")).matches("flags:\\s+0?2\n");
        // In the place of sh, which blocks all signals itself while it starts another program.
        assertThat(all("exec grep SigBlk: /proc/self/status")).matches("SigBlk:\\s+0+\n");
    }

    @Test
    void seesTheEndOfTheClientsOutputAndAnswersStill() throws Exception {
        try (var command = serve("cat; echo end");
                Socket socket = command.connect()) {
            socket.getOutputStream().write("hello ".getBytes(UTF_8));
            socket.shutdownOutput();
            assertThat(socket.getInputStream().readAllBytes())
                    .asString(UTF_8)
                    .isEqualTo("hello end\n");
        }
    }

    @Test
    void goesOnWhenAClientHasSentAllAndGone() throws Exception {
        Path path = folder.resolve("exec.sock");
        Path written = folder.resolve("written");
        String script = "cat > " + written + ".part; mv " + written + ".part " + written;
        try (var _ =
                RunningCommand.serveOn("linux", 1, "unix:" + path, "--exec", "sh", "-c", script)) {
            try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                channel.write(ByteBuffer.wrap("a job".getBytes(UTF_8)));
            }
            await().until(() -> Files.exists(written));
            assertThat(written).hasContent("a job");
        }
    }

    @Test
    void staysInTheTableAsLongAsItRuns() throws Exception {
        try (var command = serve("echo ready; read x; echo $x");
                Socket socket = command.connect()) {
            assertThat(socket.getInputStream().readNBytes(6)).asString().isEqualTo("ready\n");
            command.terminate();
            command.awaitErr("stopping: waiting for 1 request,");
            socket.getOutputStream().write("finished\n".getBytes(UTF_8));
            assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("finished\n");
            assertThat(command.exitCode()).isZero();
            assertThat(command.err()).contains("stopped: 1 finished, 0 cut");
        }
    }

    @Test
    void isEndedByForceWithAllThatItHasStarted() throws Exception {
        String script = "trap '' TERM; sh -c \"trap '' TERM; echo $$; sleep 1000; true\"; true";
        try (var command =
                        RunningCommand.serveOn(
                                "linux",
                                1,
                                "tcp://127.0.0.1:0",
                                "--drain",
                                "50ms",
                                "--exec",
                                "sh",
                                "-c",
                                script);
                Socket socket = command.connect()) {
            StringBuilder line = new StringBuilder();
            for (int c; (c = socket.getInputStream().read()) > '\n'; ) {
                line.append((char) c);
            }
            ProcessHandle child = ProcessHandle.of(Long.parseLong(line.toString())).orElseThrow();
            command.terminate();
            assertThat(command.exitCode()).isZero();
            await().until(() -> !child.isAlive());
        }
    }

    @Test
    @Tag("long")
    void leavesNothingBehindAfterThousands() throws Exception {
        try (var command = serve("echo hi")) {
            for (int i = 0; i < 5000; i++) {
                try (Socket socket = command.connect()) {
                    assertThat(socket.getInputStream().readAllBytes()).hasSize(3);
                }
            }
            await().untilAsserted(() -> assertThat(command.children()).isEmpty());
            await().untilAsserted(() -> assertThat(command.descriptors()).isLessThan(60));
        }
    }
}
