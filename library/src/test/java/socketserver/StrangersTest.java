package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.Installed.needs;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.newsclub.net.unix.AFUNIXDatagramSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

import socketserver.request.UnixAddress;

import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/// Clients that others have written, as far as the machine has them.
@Timeout(40)
class StrangersTest {
    private static Variant variant(Family family, Model model) {
        return new Variant(model == Model.FORKING ? "linux" : "jdk", family, model);
    }

    private interface Talk {
        byte[] with(Process process) throws IOException;
    }

    private static String talk(Talk talk, String... command) throws Exception {
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var talking = new FutureTask<>(() -> talk.with(process));
        Thread.ofVirtual().start(talking);
        try {
            return new String(talking.get(20, TimeUnit.SECONDS), UTF_8);
        } finally {
            // That also ends a talk that hangs.
            process.destroyForcibly().waitFor();
        }
    }

    /// {@return what the client that is written in Python prints}
    private static String python(String program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("python3", "-c", program));
        command.addAll(List.of(arguments));
        return talk(
                process -> process.getInputStream().readAllBytes(), command.toArray(String[]::new));
    }

    private static String port(Serving serving) {
        return "" + ((InetSocketAddress) serving.server().address()).getPort();
    }

    private static String path(Serving serving) {
        return serving.server().address().toString().substring("unix:".length());
    }

    // Python's sockets

    private static final String STREAM_CLIENT =
            """
            import socket, sys
            family, address = sys.argv[1], sys.argv[2]
            if family == 'unix':
                s = socket.socket(socket.AF_UNIX)
                s.connect(address)
            else:
                s = socket.create_connection((family, int(address)))
            s.settimeout(20)
            s.sendall(b'hello\\n')
            f = s.makefile('rb')
            assert f.readline() == b'hello\\n'
            for i in range(100):
                s.sendall(b'%d\\n' % i)
            s.shutdown(socket.SHUT_WR)
            lines = f.readlines()
            assert lines == [b'%d\\n' % i for i in range(100)], lines
            print('ok')
            """;

    private static final String PACKET_CLIENT =
            """
            import socket, sys
            host, port = sys.argv[1], int(sys.argv[2])
            s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET, socket.SOCK_DGRAM)
            s.settimeout(20)
            for data in (b'hello', b'', b'x' * 8000):
                s.sendto(data, (host, port))
                answer, sender = s.recvfrom(65536)
                assert answer == data, answer
                assert sender[1] == port, sender
            print('ok')
            """;

    @ParameterizedTest
    @EnumSource
    void pythonStreamSockets(Model model) throws Exception {
        needs("python3");
        try (var serving = variant(Family.TCP_IPV4, model).serve(Variant::echo)) {
            assertThat(python(STREAM_CLIENT, "127.0.0.1", port(serving))).isEqualTo("ok\n");
        }
        try (var serving = variant(Family.TCP_IPV6, model).serve(Variant::echo)) {
            assertThat(python(STREAM_CLIENT, "::1", port(serving))).isEqualTo("ok\n");
        }
        try (var serving = variant(Family.UNIX_STREAM, model).serve(Variant::echo)) {
            assertThat(python(STREAM_CLIENT, "unix", path(serving))).isEqualTo("ok\n");
        }
    }

    @ParameterizedTest
    @EnumSource
    void pythonDatagramSockets(Model model) throws Exception {
        needs("python3");
        try (var serving = variant(Family.UDP_IPV4, model).serve(Variant::echo)) {
            assertThat(python(PACKET_CLIENT, "127.0.0.1", port(serving))).isEqualTo("ok\n");
        }
        try (var serving = variant(Family.UDP_IPV6, model).serve(Variant::echo)) {
            assertThat(python(PACKET_CLIENT, "::1", port(serving))).isEqualTo("ok\n");
        }
    }

    // Unix datagrams

    private static final Variant UNIX_DATAGRAM =
            new Variant("linux", Family.UNIX_DATAGRAM, Model.THREADING);

    private static final String UNIX_PACKET_CLIENT =
            """
            import os, socket, sys, tempfile
            for bound in (os.path.join(tempfile.mkdtemp(), 'c'), '\\0abstract-%d' % os.getpid(), ''):
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.settimeout(20)
                s.bind(bound)
                for data in (b'hello', b'', b'x' * 8000):
                    s.sendto(data, sys.argv[1])
                    answer, sender = s.recvfrom(65536)
                    assert answer == data, answer
                    assert sender == sys.argv[1], sender
            print('ok')
            """;

    @Test
    void pythonUnixDatagramSockets() throws Exception {
        needs("python3");
        try (var serving = UNIX_DATAGRAM.serve(Variant::echo)) {
            assertThat(python(UNIX_PACKET_CLIENT, path(serving))).isEqualTo("ok\n");
        }
    }

    @Test
    void socatOverUnixDatagrams(@TempDir Path folder) throws Exception {
        needs("socat");
        try (var serving = UNIX_DATAGRAM.serve(Variant::echo)) {
            String address = "UNIX-SENDTO:" + path(serving) + ",bind=" + folder.resolve("c");
            assertThat(ask(false, "hello\n", "socat", "-", address)).isEqualTo("hello\n");
        }
    }

    @Test
    void junixsocketOverUnixDatagrams(@TempDir Path folder) throws Exception {
        try (var serving = UNIX_DATAGRAM.serve(Variant::echo);
                var socket = AFUNIXDatagramSocket.newInstance()) {
            socket.setSoTimeout(20_000);
            socket.bind(AFUNIXSocketAddress.of(folder.resolve("c")));
            socket.connect(AFUNIXSocketAddress.of(Path.of(path(serving))));
            for (String message : List.of("hello", "x".repeat(8000))) {
                byte[] bytes = message.getBytes(UTF_8);
                socket.send(new DatagramPacket(bytes, bytes.length));
                var answer = new DatagramPacket(new byte[9000], 9000);
                socket.receive(answer);
                assertThat(new String(answer.getData(), 0, answer.getLength(), UTF_8))
                        .isEqualTo(message);
            }
        }
    }

    // A live Unix socket that is not a stream is somebody's, too.
    @Test
    void leavesThePathOfALiveDatagramSocketOfPythonAlone() throws Exception {
        needs("python3");
        Path folder = Files.createTempDirectory("socketserver");
        Path path = folder.resolve("s");
        Process python =
                new ProcessBuilder(
                                "python3",
                                "-c",
                                """
                                import socket, sys
                                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                                s.bind(sys.argv[1])
                                print('bound', flush=True)
                                sys.stdin.read()
                                """,
                                path.toString())
                        .start();
        try {
            assertThat(python.inputReader(UTF_8).readLine()).isEqualTo("bound");
            assertThatThrownBy(() -> new UnixStreamServer(UnixAddress.of(path), Variant::echo))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("in use");
            assertThat(Files.exists(path)).isTrue();
        } finally {
            python.destroyForcibly().waitFor();
            Files.deleteIfExists(path);
            Files.delete(folder);
        }
    }

    // Command line tools

    /// {@return what the command prints first in answer to the input}
    ///
    /// @param ends whether its input ends then
    private static String ask(boolean ends, String input, String... command) throws Exception {
        return talk(
                process -> {
                    OutputStream out = process.getOutputStream();
                    out.write(input.getBytes(UTF_8));
                    out.flush();
                    if (ends) {
                        out.close();
                    }
                    return process.getInputStream().readNBytes(input.length());
                },
                command);
    }

    @Test
    void curlAsTelnet() throws Exception {
        needs("curl");
        try (var serving = variant(Family.TCP_IPV4, Model.THREADING).serve(Variant::echo)) {
            String address = "telnet://127.0.0.1:" + port(serving);
            assertThat(ask(true, "hello\nworld\n", "curl", "--silent", "--no-buffer", address))
                    .isEqualTo("hello\nworld\n");
        }
    }

    @Test
    void netcat() throws Exception {
        needs("nc");
        try (var serving = variant(Family.TCP_IPV4, Model.THREADING).serve(Variant::echo)) {
            assertThat(ask(false, "hello\nworld\n", "nc", "127.0.0.1", port(serving)))
                    .isEqualTo("hello\nworld\n");
        }
    }

    @Test
    void socatOverTcpUdpAndUnix() throws Exception {
        needs("socat");
        try (var tcp = variant(Family.TCP_IPV4, Model.THREADING).serve(Variant::echo);
                var udp = variant(Family.UDP_IPV4, Model.THREADING).serve(Variant::echo);
                var unix = variant(Family.UNIX_STREAM, Model.THREADING).serve(Variant::echo)) {
            for (String address :
                    List.of(
                            "TCP:127.0.0.1:" + port(tcp),
                            "UDP:127.0.0.1:" + port(udp),
                            "UNIX-CONNECT:" + path(unix))) {
                assertThat(ask(false, "hello\n", "socat", "-", address)).isEqualTo("hello\n");
            }
        }
    }
}
