package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// The command `serve` as a process: its addresses, its stop, its limits.
@Timeout(60)
class CliTest {
    @TempDir Path folder;

    @Test
    void echoesOverEachFamilyAtOnceAndPrintsNothingElse() throws Exception {
        Path path = folder.resolve("echo.sock");
        try (var command =
                RunningCommand.serve(3, "tcp://127.0.0.1:0", "udp://127.0.0.1:0", "unix:" + path)) {
            assertThat(command.listening().get(0)).matches("tcp://127\\.0\\.0\\.1:[1-9][0-9]*");
            assertThat(command.listening().get(1)).matches("udp://127\\.0\\.0\\.1:[1-9][0-9]*");
            assertThat(command.listening().get(2)).isEqualTo("unix:" + path);

            assertThat(overTcp(command, "no line end")).isEqualTo("no line end");
            assertThat(Udp.ask(command.address(1), "packet")).isEqualTo("packet");
            assertThat(overUnix(path, "unix")).isEqualTo("unix");

            command.terminate();
            assertThat(command.exitCode()).isZero();
            assertThat(command.out()).isEmpty();
            assertThat(path).doesNotExist();
        }
    }

    private static String overTcp(RunningCommand command, String text) throws IOException {
        try (Socket socket = command.connect()) {
            socket.getOutputStream().write(text.getBytes(UTF_8));
            String answer = new String(socket.getInputStream().readNBytes(text.length()), UTF_8);
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            return answer;
        }
    }

    private static String overUnix(Path path, String text) throws IOException {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
            channel.shutdownOutput();
            ByteBuffer answer = ByteBuffer.allocate(100);
            while (channel.read(answer) >= 0) {}
            return UTF_8.decode(answer.flip()).toString();
        }
    }

    @Test
    void echoesLongPacketsAndManyBytes() throws Exception {
        try (var command = RunningCommand.serve(2, "tcp://127.0.0.1:0", "udp://127.0.0.1:0")) {
            assertThat(overTcp(command, "0123456789".repeat(10_000))).hasSize(100_000);
            String packet = "x".repeat(60_000);
            assertThat(Udp.ask(command.address(1), packet)).isEqualTo(packet);
        }
    }

    @Test
    void listensOnIpv6AndOnAllAddresses() throws Exception {
        try (var command =
                RunningCommand.serve(3, "tcp://[::1]:0", "tcp://:0", "tcp://0.0.0.0:0")) {
            assertThat(command.listening().get(0)).startsWith("tcp://[::1]:");
            assertThat(command.listening().get(1)).startsWith("tcp://[::]:");
            assertThat(command.listening().get(2)).startsWith("tcp://0.0.0.0:");
            assertThat(overTcp(command, "six")).isEqualTo("six");
            int port = command.address(1).getPort();
            try (Socket four = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
                    Socket six = new Socket(InetAddress.ofLiteral("::1"), port)) {
                assertThat(four.isConnected() && six.isConnected()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"jdk, Address already in use", "linux, address already in use (EADDRINUSE)"})
    void closesAllWhenOneCannotListen(String engine, String reason) throws Exception {
        try (var taken = RunningCommand.serveOn(engine, 1, "tcp://127.0.0.1:0");
                var command =
                        RunningCommand.runOn(
                                engine,
                                "serve",
                                "tcp://127.0.0.1:0",
                                taken.listening().getFirst())) {
            assertThat(command.exitCode()).isEqualTo(1);
            assertThat(command.out()).isEmpty();
            assertThat(command.err())
                    .isEqualToIgnoringNewLines(
                            "cannot listen on " + taken.listening().getFirst() + ": " + reason);
        }
    }

    @Test
    void saysWhyTheJdkEngineCannotServeUnixDatagrams() throws Exception {
        String address = "unixgram:" + folder.resolve("gram.sock");
        try (var command = RunningCommand.runOn("jdk", "serve", address)) {
            assertThat(command.exitCode()).isEqualTo(1);
            assertThat(command.err().lines()).hasSize(1);
            assertThat(command.err()).startsWith("cannot listen on unixgram:").contains("engine");
        }
    }

    @Test
    void saysWhyTheJdkEngineCannotServeAbstractNames() throws Exception {
        try (var command = RunningCommand.runOn("jdk", "serve", "unix:@name")) {
            assertThat(command.exitCode()).isEqualTo(1);
            assertThat(command.err().lines()).hasSize(1);
            assertThat(command.err()).startsWith("cannot listen on unix:@name").contains("engine");
        }
    }

    @Test
    void wrongArgumentsAreOneLineOfTheProcess() throws Exception {
        try (var command = RunningCommand.run("serve", "tcp://127.0.0.1:0", "--modle", "x")) {
            assertThat(command.exitCode()).isEqualTo(2);
            assertThat(command.err().lines()).hasSize(1);
            assertThat(command.out()).isEmpty();
        }
    }

    // Answers "x" to the name of a file, and "y" as soon as there is one.
    private static final String WAITER =
            "read f; echo x; while [ ! -e \"$f\" ]; do sleep 0.05; done; echo y";

    private static void begin(Socket socket, Path file) throws IOException {
        socket.getOutputStream().write((file + "\n").getBytes(UTF_8));
        assertThat(socket.getInputStream().readNBytes(2)).isEqualTo("x\n".getBytes(UTF_8));
    }

    @Test
    void sigtermLetsRequestsFinishAndCutsTheRest(@TempDir Path folder) throws Exception {
        Path done = folder.resolve("done");
        try (var command =
                        RunningCommand.serve(
                                1,
                                "tcp://127.0.0.1:0",
                                "--drain",
                                "2s",
                                "--exec",
                                "sh",
                                "-c",
                                WAITER);
                Socket finishing = command.connect();
                Socket lasting = command.connect()) {
            begin(finishing, done);
            begin(lasting, folder.resolve("never"));

            command.terminate();
            command.awaitErr("stopping: waiting for 2 requests, at most 2s");
            Files.createFile(done);
            assertThat(new String(finishing.getInputStream().readAllBytes(), UTF_8))
                    .isEqualTo("y\n");

            assertThat(lasting.getInputStream().read()).isEqualTo(-1);
            assertThat(command.exitCode()).isZero();
            assertThat(command.err())
                    .endsWith(
                            "stopped: 1 finished, 1 cut (tcp 127.0.0.1:%d)%n"
                                    .formatted(lasting.getLocalPort()));
            assertThat(command.out()).isEmpty();
        }
    }

    @Test
    void sigtermEndsIdleConnectionsAtOnce() throws Exception {
        try (var command = RunningCommand.serve(1, "tcp://127.0.0.1:0", "--drain", "1h");
                Socket idle = command.connect()) {
            idle.getOutputStream().write('x');
            assertThat(idle.getInputStream().read()).isEqualTo('x');

            command.terminate();

            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            assertThat(command.exitCode()).isZero();
            assertThat(command.err()).endsWith("stopped: 1 finished, 0 cut%n".formatted());
        }
    }

    @Test
    void boundsWhatClientsMayDo() throws Exception {
        try (var command =
                        RunningCommand.serve(
                                1,
                                "tcp://127.0.0.1:0",
                                "--handler",
                                "echo",
                                "--max-per-client",
                                "1",
                                "--farewell",
                                "one is enough",
                                "--idle-timeout",
                                "500ms");
                Socket first = command.connect()) {
            first.getOutputStream().write('x');
            assertThat(first.getInputStream().read()).isEqualTo('x');
            try (Socket second = command.connect()) {
                assertThat(new String(second.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("one is enough\n");
            }
            assertThat(first.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aSecondSigtermCutsAtOnce(@TempDir Path folder) throws Exception {
        try (var command =
                        RunningCommand.serve(
                                1,
                                "tcp://127.0.0.1:0",
                                "--drain",
                                "1h",
                                "--exec",
                                "sh",
                                "-c",
                                WAITER);
                Socket socket = command.connect()) {
            begin(socket, folder.resolve("never"));

            command.terminate();
            command.awaitErr("stopping:");
            command.terminate();

            assertThat(command.exitCode()).isZero();
            assertThat(command.err()).contains("stopped: 0 finished, 1 cut (tcp 127.0.0.1:");
        }
    }

    @Test
    void refusesClientsOverTheLimit() throws Exception {
        try (var command =
                        RunningCommand.serve(
                                1,
                                "tcp://127.0.0.1:0",
                                "--max-connections",
                                "1",
                                "--over-limit",
                                "refuse");
                Socket first = command.connect()) {
            first.getOutputStream().write('x');
            assertThat(first.getInputStream().read()).isEqualTo('x');
            try (Socket second = command.connect()) {
                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(command.err()).contains("maxConnections allows (1)").doesNotContain("\tat ");
        }
    }

    @Test
    void tellsCommandsForWhomAProxyConnects() throws Exception {
        try (var command =
                        RunningCommand.serve(
                                1,
                                "tcp://127.0.0.1:0",
                                "--proxy-from",
                                "127.0.0.0/8",
                                "--exec",
                                "sh",
                                "-c",
                                "read line; echo \"$line of $TCPREMOTEIP\"");
                Socket socket = command.connect()) {
            // What has come with the header is not lost.
            socket.getOutputStream()
                    .write("PROXY TCP4 192.0.2.7 192.0.2.1 4321 443\r\nhello\n".getBytes(UTF_8));
            assertThat(socket.getInputStream().readAllBytes())
                    .asString()
                    .isEqualTo("hello of 192.0.2.7\n");
        }
    }

    @Test
    void endsClientsThatAreSilentTooLong() throws Exception {
        try (var command = RunningCommand.serve(1, "tcp://127.0.0.1:0", "--read-timeout", "50ms");
                Socket silent = command.connect()) {
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void theSynchronousModelServesOneAfterTheOther() throws Exception {
        try (var command = RunningCommand.serve(1, "tcp://127.0.0.1:0", "--model", "synchronous");
                Socket first = command.connect();
                Socket second = command.connect()) {
            second.getOutputStream().write('2');
            first.getOutputStream().write('1');
            assertThat(first.getInputStream().read()).isEqualTo('1');
            assertThat(second.getInputStream().available()).isZero();
            first.shutdownOutput();
            assertThat(second.getInputStream().read()).isEqualTo('2');
        }
    }

    @Test
    void theSelectorModelServesByOneLoop() throws Exception {
        try (var command = RunningCommand.serve(1, "tcp://127.0.0.1:0", "--model", "selector");
                Socket slow = command.connect();
                Socket client = command.connect()) {
            slow.getOutputStream().write("half a li".getBytes(UTF_8));
            client.getOutputStream().write("hello\n".getBytes(UTF_8));
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("hello\n");
            slow.getOutputStream().write("ne\n".getBytes(UTF_8));
            slow.shutdownOutput();
            assertThat(slow.getInputStream().readAllBytes()).asString().isEqualTo("half a line\n");
        }
    }

    @Test
    void theForkingModelServesByOtherProcesses() throws Exception {
        try (var command = RunningCommand.serve(1, "tcp://127.0.0.1:0", "--model", "forking");
                Socket client = command.connect()) {
            client.getOutputStream().write("hello\n".getBytes(UTF_8));
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("hello\n");
        }
    }

    @Test
    void theProcessesOfTheForkingModelKnowTheClassesOfASourceFile() throws Exception {
        Path source = folder.resolve("Pid.java");
        Files.writeString(
                source,
                """
                import module socketserver;

                class Pid extends StreamRequestHandler {
                    @Override
                    protected void handle() throws java.io.IOException {
                        output().writeLine(Text.of(ProcessHandle.current().pid()));
                    }
                }

                class Text {
                    static String of(long number) {
                        return Long.toString(number);
                    }
                }
                """);
        try (var command =
                        RunningCommand.serve(
                                1,
                                "tcp://127.0.0.1:0",
                                "--model",
                                "forking",
                                "--source",
                                source.toString());
                Socket first = command.connect();
                Socket second = command.connect()) {
            assertThat(first.getInputStream().readAllBytes())
                    .asString()
                    .containsPattern("\\d+")
                    .isNotEqualTo(new String(second.getInputStream().readAllBytes(), UTF_8));
        }
    }

    @Test
    void servesTheHandlerOfASourceFile() throws Exception {
        Path source = folder.resolve("Reverse.java");
        Files.writeString(
                source,
                """
                import module socketserver;

                class Reverse extends StreamRequestHandler {
                    @Override
                    protected void handle() throws java.io.IOException {
                        String line = input().readLine();
                        output().writeLine(Text.reversed(line));
                    }
                }

                class Text {
                    static String reversed(String text) {
                        return new StringBuilder(text).reverse().toString();
                    }
                }
                """);
        try (var command =
                        RunningCommand.serve(
                                1, "tcp://127.0.0.1:0", "--source", source.toString());
                Socket socket = command.connect()) {
            socket.getOutputStream().write("abc\n".getBytes(UTF_8));
            assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("cba\n");
        }
        try (var command =
                RunningCommand.run("serve", "udp://127.0.0.1:0", "--source", source.toString())) {
            assertThat(command.exitCode()).isEqualTo(2);
            assertThat(command.err())
                    .isEqualToIgnoringNewLines(
                            "the handler takes connections, and udp://127.0.0.1:0 has packets: use"
                                    + " tcp:// or unix:");
        }
    }

    @Test
    void printsWhatTheCompilerSays() throws Exception {
        Path source = Files.writeString(folder.resolve("Wrong.java"), "class Wrong { int x = y; }");
        try (var command =
                RunningCommand.run("serve", "tcp://127.0.0.1:0", "--source", source.toString())) {
            assertThat(command.exitCode()).isEqualTo(2);
            assertThat(command.err()).contains("Wrong.java:1: error: cannot find symbol");
            assertThat(command.out()).isEmpty();
        }
    }

    @Test
    void servesAClassOfAClassPath() throws Exception {
        Path source = folder.resolve("Count.java");
        Files.writeString(
                source,
                """
                package games;

                import socketserver.request.*;

                public class Count implements RequestHandler<DatagramRequest> {
                    private int count;

                    @Override
                    public synchronized void handle(DatagramRequest request)
                            throws java.io.IOException {
                        request.reply(Integer.toString(++count).getBytes());
                    }
                }
                """);
        int status =
                java.util.spi.ToolProvider.findFirst("javac")
                        .orElseThrow()
                        .run(
                                System.out,
                                System.err,
                                "-proc:none",
                                "-d",
                                folder.toString(),
                                "--module-path",
                                System.getProperty("jdk.module.path"),
                                "--add-modules",
                                "socketserver",
                                source.toString());
        assertThat(status).isZero();
        try (var command =
                RunningCommand.serve(
                        1,
                        "udp://127.0.0.1:0",
                        "--class",
                        "games.Count",
                        "--classpath",
                        folder.toString())) {
            assertThat(Udp.ask(command.address(0), "")).isEqualTo("1");
            assertThat(Udp.ask(command.address(0), "")).isEqualTo("2");
        }
    }

    /// A client of packets.
    static final class Udp {
        private Udp() {}

        static String ask(java.net.InetSocketAddress server, String packet) throws IOException {
            return new String(askBytes(server, packet), UTF_8);
        }

        static byte[] askBytes(java.net.InetSocketAddress server, String packet)
                throws IOException {
            try (var socket = new DatagramSocket()) {
                socket.setSoTimeout(20_000);
                byte[] bytes = packet.getBytes(UTF_8);
                socket.send(new DatagramPacket(bytes, bytes.length, server));
                DatagramPacket answer = new DatagramPacket(new byte[65_536], 65_536);
                socket.receive(answer);
                return java.util.Arrays.copyOf(answer.getData(), answer.getLength());
            }
        }
    }
}
