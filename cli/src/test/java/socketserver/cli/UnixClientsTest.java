package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.cli.Programs.needs;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/// Unix sockets that the JDK cannot serve, with clients that others have written, as far as the
/// machine has them.
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, disabledReason = "the jdk engine has no such sockets")
class UnixClientsTest {
    private static final String PYTHON =
            """
            import os, socket, sys
            scheme, server, own = sys.argv[1:]
            kind = socket.SOCK_DGRAM if scheme == 'unixgram' else socket.SOCK_STREAM
            s = socket.socket(socket.AF_UNIX, kind)
            s.settimeout(20)
            s.bind(own)
            s.connect('\\0' + server[1:] if server[0] == '@' else server)
            for size in (1, 5, 10000):
                s.send(b'x' * size)
                answer = b''
                while len(answer) < size:
                    answer += s.recv(65536)
                assert answer == b'x' * size, answer
            print('ok')
            """;

    @TempDir Path folder;

    /// {@return what the program prints first, when it is given that input}
    private static String ask(String input, int bytes, List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        var answer = new FutureTask<>(() -> process.getInputStream().readNBytes(bytes));
        Thread.ofPlatform().daemon().start(answer);
        try {
            process.getOutputStream().write(input.getBytes(UTF_8));
            process.getOutputStream().flush();
            return new String(answer.get(30, TimeUnit.SECONDS), UTF_8);
        } finally {
            // That also ends one that waits for more.
            process.destroyForcibly().waitFor();
        }
    }

    /// {@return a name of its own for each process and test}
    private String abstractName() {
        return "@socketserver-" + ProcessHandle.current().pid() + folder.getFileName();
    }

    private String address(String form) {
        return form.replace("PATH", folder.resolve("echo.sock").toString())
                .replace("@NAME", abstractName());
    }

    private RunningCommand serve(String address) throws Exception {
        RunningCommand command = RunningCommand.serveOn("linux", 1, address, "--handler", "echo");
        assertThat(command.listening()).containsExactly(address);
        return command;
    }

    @ParameterizedTest
    @ValueSource(strings = {"unixgram:PATH", "unixgram:@NAME", "unix:PATH", "unix:@NAME"})
    void answersPython(String form) throws Exception {
        needs("python3");
        String address = address(form);
        String scheme = address.substring(0, address.indexOf(':'));
        String server = address.substring(scheme.length() + 1);
        String own = folder.resolve("own.sock").toString();
        try (var command = serve(address)) {
            assertThat(ask("", 2, List.of("python3", "-c", PYTHON, scheme, server, own)))
                    .isEqualTo("ok");
            command.terminate();
            assertThat(command.exitCode()).isZero();
            assertThat(folder.resolve("echo.sock")).doesNotExist();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unixgram:PATH", "unixgram:@NAME", "unix:PATH", "unix:@NAME"})
    void answersSocat(String form) throws Exception {
        needs("socat");
        String address = address(form);
        String socat =
                address.replaceFirst("unixgram:@(.*)", "ABSTRACT-SENDTO:$1,bind=$1-own")
                        .replaceFirst("unix:@", "ABSTRACT-CONNECT:")
                        .replaceFirst("unixgram:(.*)", "UNIX-SENDTO:$1,bind=$1-own")
                        .replaceFirst("unix:", "UNIX-CONNECT:");
        try (var _ = serve(address)) {
            assertThat(ask("hello", 5, List.of("socat", "-", socat))).isEqualTo("hello");
        }
    }
}
