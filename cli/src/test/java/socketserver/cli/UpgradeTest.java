package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import static socketserver.cli.Programs.needs;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The command is exchanged for a new process while clients come and go.
@Timeout(120)
@EnabledOnOs(value = OS.LINUX, disabledReason = "the jdk engine hands no sockets over")
class UpgradeTest {
    private static final int SECONDS = 20;
    private static final int BURST = 16;

    // Asks one question after the other until its input ends.
    private static final String ASKING_DATAGRAMS =
            """
            import os, select, socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind(sys.argv[2])
            s.connect(sys.argv[1])
            s.settimeout(20)
            answered = 0
            while not select.select([0], [], [], 0)[0]:
                packet = b'datagram %d' % answered
                s.send(packet)
                assert s.recv(100) == packet
                answered += 1
            """;

    @TempDir Path folder;

    private static String line(int number) {
        return "question %d %s\n".formatted(number, "x".repeat(number % 1000));
    }

    private static void askTcp(InetSocketAddress address, int number) throws IOException {
        // Several addresses have more ports for connections that are not quite forgotten.
        var server = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (1 + number % 16)});
        Load.ask(new InetSocketAddress(server, address.getPort()), line(number));
    }

    /// Asks so many questions at once that some wait in the process that has received them.
    private static void askUdp(InetSocketAddress address, int number) throws IOException {
        Set<String> questions = new HashSet<>();
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(SECONDS * 1000);
            socket.connect(InetAddress.getLoopbackAddress(), address.getPort());
            for (int i = 0; i < BURST; i++) {
                String line = line(BURST * number + i);
                questions.add(line);
                socket.send(new DatagramPacket(line.getBytes(UTF_8), line.length()));
            }
            DatagramPacket answer = new DatagramPacket(new byte[2000], 2000);
            while (!questions.isEmpty()) {
                socket.receive(answer);
                String line = new String(answer.getData(), 0, answer.getLength(), UTF_8);
                if (!questions.remove(line)) {
                    throw new IOException("answered by " + line);
                }
            }
        }
    }

    private static void askUnix(SocketAddress address, int number) throws IOException {
        String line = line(number);
        ByteBuffer answer = ByteBuffer.allocate(line.length());
        try (SocketChannel channel = SocketChannel.open(address)) {
            channel.write(ByteBuffer.wrap(line.getBytes(UTF_8)));
            while (answer.hasRemaining() && channel.read(answer) >= 0) {}
            Load.check(line, Arrays.copyOf(answer.array(), answer.position()));
        }
    }

    @Test
    void losesNothingOfAnyKindOfSocket() throws Exception {
        needs("python3");
        losesNothing(3, 3_000);
    }

    @Test
    @Tag("long")
    @Timeout(900)
    void losesNothingOfAHundredThousandConnections() throws Exception {
        needs("python3");
        losesNothing(20, 100_000);
    }

    private void losesNothing(int swaps, int connections) throws Exception {
        Path stream = folder.resolve("stream");
        Path datagram = folder.resolve("datagram");
        var command =
                RunningCommand.serve(
                        4,
                        "tcp://0.0.0.0:0",
                        "udp://127.0.0.1:0",
                        "unix:" + stream,
                        "unixgram:" + datagram);
        var unix = UnixDomainSocketAddress.of(stream);
        InetSocketAddress tcp = command.address(0);
        InetSocketAddress udp = command.address(1);
        Process datagrams =
                new ProcessBuilder(
                                "python3",
                                "-c",
                                ASKING_DATAGRAMS,
                                datagram.toString(),
                                folder.resolve("client").toString())
                        .redirectErrorStream(true)
                        .start();
        try (var upgraded = new Upgraded(command);
                Load streams = Load.of(4, number -> askTcp(tcp, number));
                Load packets = Load.of(1, number -> askUdp(udp, number));
                Load paths = Load.of(1, number -> askUnix(unix, number))) {
            for (int i = 1; i <= swaps; i++) {
                streams.awaitAll(connections / swaps * i);
                upgraded.swap();
                packets.awaitMore(10);
                paths.awaitMore(10);
                assertThat(stream).exists();
                assertThat(datagram).exists();
            }
            streams.awaitAll(connections);
            assertThat(streams.failures()).isEmpty();
            assertThat(packets.failures()).isEmpty();
            assertThat(paths.failures()).isEmpty();
            datagrams.getOutputStream().close();
            String said = new String(datagrams.getInputStream().readAllBytes(), UTF_8);
            assertThat(datagrams.waitFor()).as(said).isZero();
            streams.end();
            packets.end();
            paths.end();
            upgraded.terminate();
            assertThat(stream).doesNotExist();
            assertThat(datagram).doesNotExist();
            assertThat(command.err()).doesNotContain("warning");
        } finally {
            datagrams.destroyForcibly();
        }
    }

    @Test
    void connectionsOfTheOldProcessGoOn() throws Exception {
        var command = RunningCommand.serve(1, "tcp://127.0.0.1:0", "--drain", "40s");
        try (var upgraded = new Upgraded(command)) {
            ProcessHandle old;
            try (Socket fresh = command.connect();
                    Socket used = command.connect()) {
                assertEchoes(used, "before");
                old = upgraded.swapAndLeave();
                // Nobody ends it though it has not sent anything for a while.
                fresh.setSoTimeout(500);
                assertThatThrownBy(() -> fresh.getInputStream().read())
                        .isInstanceOf(SocketTimeoutException.class);
                fresh.setSoTimeout(SECONDS * 1000);
                assertEchoes(fresh, "first");
                assertEchoes(used, "after");
                try (Socket late = command.connect()) {
                    assertEchoes(late, "late");
                }
                assertThat(old.isAlive()).isTrue();
            }
            Upgraded.awaitEnd(old);
            command.awaitErr("stopped: 2 finished, 0 cut");
        }
    }

    private static void assertEchoes(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
        assertThat(socket.getInputStream().readNBytes(text.length()))
                .asString(UTF_8)
                .isEqualTo(text);
    }

    @Test
    void aStopGivesAnUpgradeUp() throws Exception {
        Path program = folder.resolve("program");
        install(program, "exec sleep 1000");
        var command =
                RunningCommand.serve(
                        List.of("-Dsocketserver.launcher=" + program), 1, "tcp://127.0.0.1:0");
        try (var upgraded = new Upgraded(command)) {
            RunningCommand.signal("USR1", command.process());
            command.awaitErr(" starts");
            List<ProcessHandle> started =
                    await().until(
                                    upgraded::started,
                                    all -> all.stream().anyMatch(UpgradeTest::isSleep));
            RunningCommand.signal("USR1", command.process());
            command.awaitErr("upgrade: one goes on already");
            command.terminate();
            assertThat(command.exitCode()).isZero();
            started.forEach(Upgraded::awaitEnd);
        }
    }

    private static boolean isSleep(ProcessHandle process) {
        return process.info().command().orElse("").endsWith("/sleep");
    }

    /// As in a container, which would end with the old process.
    @Test
    void theFirstProcessIsNotExchanged() throws Exception {
        List<String> alone =
                List.of("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc");
        needs(alone, "list of processes of its own");
        try (var command = RunningCommand.serveBy(alone, Map.of(), 1, "tcp://127.0.0.1:0")) {
            ProcessHandle first = command.children().getFirst();
            RunningCommand.signal("USR1", first);
            command.awaitErr("upgrade: this is the first process of a container");
            RunningCommand.signal("TERM", first);
            assertThat(command.exitCode()).isZero();
        }
    }

    @Test
    void theNewProcessHasTheAddressesThatTheFilesHaveThen() throws Exception {
        Path options = folder.resolve("options");
        Path kept = folder.resolve("kept");
        Path gone = folder.resolve("gone");
        Path added = folder.resolve("added");
        Files.writeString(options, "unix:%s unix:%s".formatted(gone, kept));
        var command = RunningCommand.serve(2, "@" + options);
        try (var upgraded = new Upgraded(command)) {
            Files.writeString(options, "unix:%s unix:%s".formatted(kept, added));
            upgraded.swap();
            askUnix(UnixDomainSocketAddress.of(kept), 1);
            askUnix(UnixDomainSocketAddress.of(added), 2);
            assertThatThrownBy(() -> askUnix(UnixDomainSocketAddress.of(gone), 3))
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void handsItsStatusPageOver() throws Exception {
        var command = RunningCommand.serve(1, "tcp://127.0.0.1:0", "--status", "127.0.0.1:0");
        try (var upgraded = new Upgraded(command);
                var page = StatusClient.of(command)) {
            upgraded.swap();
            try (Socket client = command.connect()) {
                assertEchoes(client, "hello");
            }
            await().atMost(Duration.ofSeconds(SECONDS))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .untilAsserted(
                            () -> assertThat(page.get("/healthz").statusCode()).isEqualTo(200));
        }
    }

    @Test
    void aProcessThatDoesNotServeChangesNothing() throws Exception {
        Path program = folder.resolve("program");
        Path path = folder.resolve("stream");
        install(program, "exit 3");
        var command =
                RunningCommand.serve(
                        List.of("-Dsocketserver.launcher=" + program),
                        2,
                        "tcp://0.0.0.0:0",
                        "unix:" + path,
                        "--upgrade",
                        "3s");
        InetSocketAddress tcp = command.address(0);
        var unix = UnixDomainSocketAddress.of(path);
        try (var upgraded = new Upgraded(command);
                Load streams = Load.of(1, number -> askTcp(tcp, number));
                Load paths = Load.of(1, number -> askUnix(unix, number))) {
            long descriptors = command.descriptors();
            assertThat(upgraded.swapInVain()).contains("has ended (status 3)");
            install(program, "exec sleep 1000");
            assertThat(upgraded.swapInVain()).contains("was not ready within 3s (signal 9)");
            // It takes the sockets, and fails afterwards.
            install(program, serving("tcp://127.0.0.1:99999"));
            assertThat(upgraded.swapInVain()).contains("(status 2)");
            install(program, serving("unix:/nowhere/socket"));
            assertThat(upgraded.swapInVain()).contains("(status 1)");
            assertThat(path).exists();
            assertThat(upgraded.started()).isEmpty();
            assertThat(command.descriptors()).isLessThan(descriptors + 20);
            install(program, serving(""));
            upgraded.swap();
            streams.awaitMore(100);
            paths.awaitMore(100);
            assertThat(streams.failures()).isEmpty();
            assertThat(paths.failures()).isEmpty();
        }
    }

    /// One that is not found to be killed with what has started it.
    @Test
    void aProcessThatWasGivenUpEnds() throws Exception {
        Path program = folder.resolve("program");
        Path late = folder.resolve("late");
        install(late, "export LISTEN_PID=$$\n" + serving(""));
        install(program, "%s \"$@\" &\nexit 3".formatted(late));
        var command =
                RunningCommand.serve(
                        List.of("-Dsocketserver.launcher=" + program), 1, "tcp://127.0.0.1:0");
        try (var upgraded = new Upgraded(command)) {
            assertThat(upgraded.swapInVain()).contains("has ended (status 3)");
            command.awaitErr("upgrade: this process was given up, and ends");
            try (Socket client = command.connect()) {
                assertEchoes(client, "hello");
            }
        }
    }

    private static void install(Path program, String does) throws IOException {
        Path next = program.resolveSibling("next");
        Files.writeString(next, "#!/bin/sh\n" + does + "\n");
        assertThat(next.toFile().setExecutable(true)).isTrue();
        Files.move(next, program, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String serving(String more) {
        return RunningCommand.java(List.of()).stream()
                        .map(each -> "'" + each + "'")
                        .collect(Collectors.joining(" ", "exec ", " "))
                + "\"$@\" "
                + more;
    }
}
