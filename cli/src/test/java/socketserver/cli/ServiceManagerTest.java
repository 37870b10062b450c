package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.cli.Programs.needs;
import static socketserver.cli.RunningCommand.freePort;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.SocketServer;
import socketserver.UnixDatagramServer;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The command under a service manager: with the sockets that it has opened, and telling it how it
/// is.
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ServiceManagerTest {
    // What systemd does: sockets from number 3 on, named in the environment of the process.
    private static final String MANAGER =
            """
            import os, socket, sys
            web, log = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
            for each in web, log:
                each.bind(('127.0.0.1', 0))
            web.listen()
            web, log = os.dup(web.fileno()), os.dup(log.fileno())
            os.dup2(web, 3)
            os.dup2(log, 4)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='2', LISTEN_FDNAMES='web:log')
            os.execvp(sys.argv[1], sys.argv[1:])
            """;

    private static final List<String> BY_MANAGER = List.of("python3", "-c", MANAGER);

    private static void assertEchoes(RunningCommand command) throws Exception {
        try (Socket socket = command.connect()) {
            assertEchoes(socket);
        }
    }

    private static void assertEchoes(Socket socket) throws Exception {
        socket.getOutputStream().write("hello\n".getBytes(UTF_8));
        socket.shutdownOutput();
        assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("hello\n");
    }

    @Test
    void servesTheSocketsThatWerePassed() throws Exception {
        needs("python3");
        try (var command = RunningCommand.serveBy(BY_MANAGER, Map.of(), 2, "systemd")) {
            assertThat(command.listening().getFirst()).startsWith("tcp://127.0.0.1:");
            assertThat(command.listening().getLast()).startsWith("udp://127.0.0.1:");
            assertEchoes(command);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"systemd:web", "fd:3"})
    void servesOneOfThem(String address) throws Exception {
        needs("python3");
        try (var command = RunningCommand.serveBy(BY_MANAGER, Map.of(), 1, address)) {
            assertThat(command.listening().getFirst()).startsWith("tcp://127.0.0.1:");
            assertEchoes(command);
        }
    }

    @Test
    void saysWhatItWasNotPassed() throws Exception {
        try (var command = RunningCommand.run("serve", "systemd")) {
            assertThat(command.exitCode()).isEqualTo(2);
            assertThat(command.err())
                    .contains("address (systemd): systemd has passed no sockets to this process");
        }
        try (var command = RunningCommand.run("serve", "fd:99")) {
            assertThat(command.exitCode()).isEqualTo(2);
            assertThat(command.err()).contains("address (fd:99): descriptor 99 is not open");
        }
    }

    @Test
    void servesWhatSystemdPasses() throws Exception {
        needs("systemd-socket-activate");
        int port = freePort();
        List<String> program =
                List.of("systemd-socket-activate", "--listen=127.0.0.1:" + port, "--fdname=echo");
        // The program is started by the first connection, which it finds waiting.
        try (var command = RunningCommand.serveBy(program, Map.of(), 0, "systemd:echo");
                Socket socket = RunningCommand.connectWhenItListens(port)) {
            assertEchoes(socket);
            assertThat(command.line()).isEqualTo("listening on tcp://127.0.0.1:" + port);
        }
    }

    @Test
    void tellsTheManagerHowItIs() throws Exception {
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        try (var manager = manager(messages)) {
            Map<String, String> environment =
                    Map.of(
                            "NOTIFY_SOCKET",
                            "@" + manager.address().name(),
                            "WATCHDOG_USEC",
                            "100000");
            try (var command =
                    RunningCommand.serveBy(List.of(), environment, 1, "tcp://127.0.0.1:0")) {
                assertThat(next(messages)).isEqualTo("READY=1");
                assertThat(next(messages)).isEqualTo("WATCHDOG=1");
                command.terminate();
                String message;
                do {
                    message = next(messages);
                } while (message.equals("WATCHDOG=1"));
                assertThat(message).isEqualTo("STOPPING=1");
                assertThat(command.exitCode()).isZero();
            }
        }
    }

    @Test
    void tellsTheManagerThatItReadsAgain(@TempDir Path folder) throws Exception {
        Programs.needsHangUp();
        Path options = folder.resolve("options");
        Files.writeString(options, "--drain 5s");
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        try (var manager = manager(messages)) {
            Map<String, String> environment =
                    Map.of("NOTIFY_SOCKET", "@" + manager.address().name());
            try (var command =
                    RunningCommand.serveBy(
                            List.of(), environment, 1, "tcp://127.0.0.1:0", "@" + options)) {
                assertThat(next(messages)).isEqualTo("READY=1");
                RunningCommand.signal("HUP", command.process());
                assertThat(next(messages)).startsWith("RELOADING=1\nMONOTONIC_USEC=");
                assertThat(next(messages)).isEqualTo("READY=1");
            }
        }
    }

    @Test
    void tellsTheManagerWhoGoesOn() throws Exception {
        needs("python3");
        BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        try (var manager = manager(messages)) {
            Map<String, String> environment =
                    Map.of("NOTIFY_SOCKET", "@" + manager.address().name());
            var command =
                    RunningCommand.serveBy(
                            BY_MANAGER, environment, 2, "systemd:log", "systemd:web");
            try (var upgraded = new Upgraded(command)) {
                assertThat(next(messages)).isEqualTo("READY=1");
                for (int i = 0; i < 2; i++) {
                    upgraded.swap();
                    assertThat(next(messages)).startsWith("RELOADING=1\nMONOTONIC_USEC=");
                    assertThat(next(messages))
                            .isEqualTo("MAINPID=%d\nREADY=1".formatted(upgraded.serving().pid()));
                    // It says so itself, once the manager hears it.
                    assertThat(next(messages)).isEqualTo("READY=1");
                    try (Socket socket = new Socket()) {
                        socket.connect(command.address(1));
                        assertEchoes(socket);
                    }
                }
                upgraded.terminate();
                assertThat(next(messages)).isEqualTo("STOPPING=1");
            }
        }
    }

    /// {@return a manager that queues what it is told}
    private static UnixDatagramServer manager(BlockingQueue<String> messages) throws IOException {
        UnixDatagramServer manager =
                SocketServer.unixDatagram(UnixAddress.unnamed())
                        .open(request -> messages.add(new String(request.packet(), UTF_8)));
        manager.start();
        return manager;
    }

    private static String next(BlockingQueue<String> messages) throws InterruptedException {
        String message = messages.poll(20, TimeUnit.SECONDS);
        assertThat(message).as("a message").isNotNull();
        return message;
    }

    @Test
    void systemdTakesItsUnits(@TempDir Path folder) throws Exception {
        needs("systemd-analyze");
        for (String name : new String[] {"socketserver.service", "socketserver.socket"}) {
            String unit = Files.readString(Path.of("../deploy/systemd", name));
            // It checks that the program is there.
            Files.writeString(
                    folder.resolve(name),
                    unit.replace("/opt/socketserver/socketserver", "/bin/true"));
        }
        Process check =
                new ProcessBuilder("systemd-analyze", "verify", "socketserver.service")
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(check.getInputStream().readAllBytes(), UTF_8);
        assertThat(said.lines().filter(line -> line.contains("socketserver."))).isEmpty();
        assertThat(check.waitFor()).as(said).isZero();
    }
}
