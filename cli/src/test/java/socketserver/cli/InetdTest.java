package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static socketserver.cli.Programs.needs;
import static socketserver.cli.RunningCommand.freePort;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The command as inetd and its like start it, with the socket as its standard input and output.
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, disabledReason = "the jdk engine cannot serve an open socket")
class InetdTest {
    // What inetd does for `dgram` and `wait`; the third argument is the port.
    private static final String WAITING_FOR_PACKETS =
            """
            import os, socket, sys
            s = socket.socket(type=socket.SOCK_DGRAM)
            s.bind(('127.0.0.1', int(sys.argv[1])))
            os.dup2(s.fileno(), 0)
            os.dup2(s.fileno(), 1)
            os.execvp(sys.argv[2], sys.argv[2:])
            """;

    @TempDir Path folder;

    private static RunningCommand serve(List<String> program, String... args) throws Exception {
        return RunningCommand.serveBy(program, Map.of(), 0, args);
    }

    /// Asserts that a client gets its own bytes back and nothing else.
    private static void assertEchoes(Socket socket) throws Exception {
        socket.getOutputStream().write("hello\n".getBytes(UTF_8));
        socket.shutdownOutput();
        assertThat(socket.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("hello\n");
    }

    @Test
    void servesTheOneConnectionAndEnds() throws Exception {
        needs("socat");
        int port = freePort();
        Path script = folder.resolve("serve");
        install(script, "inetd:nowait");
        Process socat =
                new ProcessBuilder(
                                "socat",
                                "TCP-LISTEN:%d,bind=127.0.0.1,reuseaddr".formatted(port),
                                "EXEC:" + script + ",nofork")
                        .inheritIO()
                        .start();
        try (Socket socket = RunningCommand.connectWhenItListens(port)) {
            assertEchoes(socket);
            assertThat(socat.waitFor()).isZero();
        } finally {
            socat.destroyForcibly();
        }
    }

    /// Writes a script that serves that address.
    private static void install(Path script, String address) throws Exception {
        Files.writeString(
                script,
                RunningCommand.java(List.of()).stream()
                        .map(each -> "'" + each + "'")
                        .collect(
                                Collectors.joining(
                                        " ", "#!/bin/sh\nexec ", " serve " + address + "\n")));
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void servesConnectionsOfInetd() throws Exception {
        needs("inetd");
        int nowait = freePort();
        int wait = freePort();
        Path one = folder.resolve("one");
        Path many = folder.resolve("many");
        install(one, "inetd:nowait");
        install(many, "inetd:wait:500ms");
        String user = System.getProperty("user.name");
        Path configuration = folder.resolve("inetd.conf");
        Files.writeString(
                configuration,
                """
                127.0.0.1:%d stream tcp nowait %s %s serve
                127.0.0.1:%d stream tcp wait %s %s serve
                """
                        .formatted(nowait, user, one, wait, user, many));
        Process inetd =
                new ProcessBuilder(needs("inetd").toString(), "-i", configuration.toString())
                        .inheritIO()
                        .start();
        try {
            for (int port : new int[] {nowait, nowait, wait, wait}) {
                try (Socket socket = RunningCommand.connectWhenItListens(port)) {
                    assertEchoes(socket);
                }
            }
        } finally {
            inetd.descendants().forEach(ProcessHandle::destroyForcibly);
            inetd.destroyForcibly();
        }
    }

    @Test
    void servesUntilItHasRestedForSoLong() throws Exception {
        needs("systemd-socket-activate");
        int port = freePort();
        List<String> program =
                List.of("systemd-socket-activate", "--inetd", "--listen=127.0.0.1:" + port);
        try (var command = serve(program, "inetd:wait:2s")) {
            for (int i = 0; i < 3; i++) {
                try (Socket socket = RunningCommand.connectWhenItListens(port)) {
                    assertEchoes(socket);
                }
            }
            assertThat(command.exitCode()).isZero();
            assertThat(command.err()).contains("stopped: 0 finished, 0 cut");
            assertThat(command.out()).isEmpty();
        }
    }

    @Test
    void servesPacketsUntilItHasRested() throws Exception {
        needs("python3");
        int port = freePort();
        List<String> program = List.of("python3", "-c", WAITING_FOR_PACKETS, "" + port);
        try (DatagramSocket client = new DatagramSocket();
                var command = serve(program, "inetd:wait:3s")) {
            client.setSoTimeout(100);
            client.connect(InetAddress.getLoopbackAddress(), port);
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            await().ignoreExceptionsInstanceOf(IOException.class)
                    .until(
                            () -> {
                                client.send(new DatagramPacket("hello".getBytes(UTF_8), 5));
                                client.receive(answer);
                                return true;
                            });
            assertThat(new String(answer.getData(), 0, answer.getLength(), UTF_8))
                    .isEqualTo("hello");
            assertThat(command.exitCode()).isZero();
        }
    }

    @Test
    void saysThatASocketIsOfTheOtherKind() throws Exception {
        needs("systemd-socket-activate");
        int port = freePort();
        List<String> program =
                List.of("systemd-socket-activate", "--inetd", "--listen=127.0.0.1:" + port);
        try (var command = serve(program, "inetd:nowait");
                Socket _ = RunningCommand.connectWhenItListens(port)) {
            assertThat(command.exitCode()).isEqualTo(2);
            assertThat(command.err())
                    .contains("(inetd:nowait): standard input is no connection: give inetd:wait");
        }
    }

    @Test
    void saysWhatStandardInputIs() throws Exception {
        for (String address : new String[] {"inetd:nowait", "inetd:wait"}) {
            try (var command = RunningCommand.run("serve", address)) {
                assertThat(command.exitCode()).isEqualTo(2);
                assertThat(command.err())
                        .isEqualTo("address (" + address + "): descriptor 0 is not a socket\n");
            }
        }
        try (var command = RunningCommand.run("serve", "inetd:often")) {
            assertThat(command.exitCode()).isEqualTo(2);
            assertThat(command.err())
                    .contains(
                            "address (inetd:often) must be inetd:nowait, inetd:wait or"
                                    + " inetd:wait:T");
        }
    }
}
