package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static socketserver.cli.Programs.needs;
import static socketserver.cli.RunningCommand.freePort;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// HAProxy, with the configuration of `deploy/haproxy`, before three commands, under load.
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class HaproxyTest {
    private static final int SERVERS = 3;
    private static final int CLIENTS = 8;
    private static final int SOME = 200;

    private final List<Integer> ports = new ArrayList<>();
    private final List<Integer> statusPorts = new ArrayList<>();
    private final List<RunningCommand> commands = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger answers = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> clients = new ArrayList<>();
    private int publicPort;
    private Process haproxy;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        needs("haproxy");
        publicPort = freePort();
        Map<String, String> places = new HashMap<>();
        places.put("PUBLIC", "127.0.0.1:" + publicPort);
        for (int i = 0; i < SERVERS; i++) {
            ports.add(freePort());
            statusPorts.add(freePort());
            commands.add(command(i));
            String name = "_" + (char) ('A' + i);
            places.put("SERVER" + name, "127.0.0.1:" + ports.get(i));
            places.put("STATUS" + name, "" + statusPorts.get(i));
        }
        ProcessBuilder builder =
                new ProcessBuilder("haproxy", "-db", "-f", "../deploy/haproxy/haproxy.cfg")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile());
        builder.environment().putAll(places);
        haproxy = builder.start();
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(
                        () -> {
                            ask(-1);
                            return true;
                        });
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(Thread.startVirtualThread(this::askUntilOver));
        }
        awaitMoreAnswers();
    }

    @AfterEach
    void stop() throws Exception {
        over.set(true);
        for (Thread client : clients) {
            client.join();
        }
        if (haproxy != null) {
            haproxy.destroyForcibly().waitFor();
        }
        for (RunningCommand command : commands) {
            command.close();
        }
    }

    private RunningCommand command(int number) throws IOException {
        return RunningCommand.serve(
                1,
                "tcp://127.0.0.1:" + ports.get(number),
                "--proxy-from",
                "127.0.0.0/8",
                "--status",
                "127.0.0.1:" + statusPorts.get(number),
                "--drain",
                "20s",
                "--unready",
                "3s");
    }

    private void ask(int number) throws IOException {
        String line = "message " + number + "\n";
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(20_000);
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), publicPort), 20_000);
            socket.getOutputStream().write(line.getBytes(UTF_8));
            byte[] answer = socket.getInputStream().readNBytes(line.length());
            if (!new String(answer, UTF_8).equals(line)) {
                throw new IOException("answered by " + new String(answer, UTF_8));
            }
        }
    }

    private void askUntilOver() {
        for (int i = 0; !over.get(); i++) {
            try {
                ask(i);
                answers.incrementAndGet();
            } catch (IOException failed) {
                failures.add(failed.toString());
            }
        }
    }

    private void awaitMoreAnswers() {
        int before = answers.get();
        await().atMost(Duration.ofSeconds(20)).until(() -> answers.get() > before + SOME);
    }

    @Test
    void losesNothingWhileAllAreRestarted() throws Exception {
        for (int i = 0; i < SERVERS; i++) {
            RunningCommand old = commands.get(i);
            old.terminate();
            assertThat(old.exitCode()).isZero();
            old.close();
            commands.set(i, command(i));
            // HAProxy must have seen it before the next one goes.
            try (var status = StatusClient.of(commands.get(i))) {
                await().atMost(Duration.ofSeconds(20)).until(() -> accepted(status) > SOME / 4);
            }
        }
        assertThat(failures).isEmpty();
    }

    private static int accepted(StatusClient status) throws Exception {
        return status.status()
                .getAsJsonArray("servers")
                .get(0)
                .getAsJsonObject()
                .get("accepted")
                .getAsInt();
    }

    @Test
    void losesTheConnectionsOfOneThatIsKilledAlone() throws Exception {
        commands.getFirst().kill();
        awaitMoreAnswers();
        awaitMoreAnswers();
        assertThat(failures).hasSizeLessThanOrEqualTo(CLIENTS);
        commands.getFirst().close();
        commands.set(0, command(0));
        awaitMoreAnswers();
    }
}
