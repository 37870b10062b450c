import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import redis.clients.jedis.RedisClient;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A room of three processes, behind HAProxy, and upon Redis or Valkey.
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class SharedChatRoomTest {
    private static final int PROCESSES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String UNREACHABLE = "* the room cannot be reached";

    private final List<Program> programs = new ArrayList<>();
    private final int redisPort = freePort();
    private final int publicPort = freePort();
    private Path folder;
    private Stranger redisServer;
    private Process redis;
    private Process haproxy;

    SharedChatRoomTest() throws IOException {}

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        this.folder = folder;
        redisServer = Stranger.oneOf("valkey-server", "redis-server");
        Stranger proxy = Stranger.named("haproxy");
        startRedis();
        for (int i = 0; i < PROCESSES; i++) {
            programs.add(Program.withLibraries("SharedChatRoom", "0", "127.0.0.1:" + redisPort));
        }
        Path configuration = Files.writeString(folder.resolve("haproxy.cfg"), configuration());
        haproxy = proxy.start(folder.resolve("haproxy.log"), "-db", "-f", configuration.toString());
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> {
                            try (Client client = connect()) {
                                return client.line() != null;
                            }
                        });
    }

    @AfterEach
    void stop() throws Exception {
        programs.forEach(Program::close);
        for (Process process : new Process[] {haproxy, redis}) {
            if (process != null) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static int freePort() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private void startRedis() throws IOException {
        redis =
                redisServer.start(
                        folder.resolve("redis.log"),
                        "--bind",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(redisPort),
                        "--save",
                        "",
                        "--dir",
                        folder.toString());
    }

    private String configuration() {
        var text =
                new StringBuilder(
                        """
                        defaults
                            mode tcp
                            timeout connect 5s
                            timeout client 1h
                            timeout server 1h
                            option redispatch 1
                        listen room
                            bind 127.0.0.1:%d
                            balance roundrobin
                            default-server check inter 500ms fall 1 rise 1
                        """
                                .formatted(publicPort));
        for (Program program : programs) {
            int port = program.address().getPort();
            text.append("    server p%1$d 127.0.0.1:%1$d%n".formatted(port));
        }
        return text.toString();
    }

    private Client connect() throws IOException {
        return new Client(new InetSocketAddress(InetAddress.getLoopbackAddress(), publicPort));
    }

    /// {@return somebody who has joined by HAProxy, and has read all lines up to that}
    private Client join(String name) throws IOException {
        return join(name, connect());
    }

    private static Client join(String name, Client client) throws IOException {
        assertThat(client.line()).isEqualTo("* your name?");
        assertThat(answerToName(name, client)).matches("[*] (nobody is here|here: .*)");
        assertThat(client.line()).isEqualTo("* " + name + " joined");
        return client;
    }

    /// {@return what is answered once the room can be reached}
    private static String answerToName(String name, Client client) {
        return await().atMost(PATIENCE)
                .until(
                        () -> {
                            client.send(name + "\n");
                            return client.line();
                        },
                        answer -> !answer.startsWith(UNREACHABLE));
    }

    /// {@return the process that has somebody}
    private Program processOf(String name) {
        String holder;
        try (var client = RedisClient.create("127.0.0.1", redisPort)) {
            holder = client.get("chat:name:" + name);
        }
        return programs.stream()
                .filter(program -> holder.startsWith(program.pid() + ":"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void peopleOfDifferentProcessesTalk() throws IOException {
        try (Client ann = join("ann");
                Client bob = join("bob");
                Client carl = join("carl")) {
            assertThat(List.of(processOf("ann"), processOf("bob"), processOf("carl")))
                    .doesNotHaveDuplicates();
            assertThat(ann.line()).isEqualTo("* bob joined");
            assertThat(ann.line()).isEqualTo("* carl joined");
            assertThat(bob.line()).isEqualTo("* carl joined");
            ann.send("hello\u0007\r\n");

            for (Client each : List.of(ann, bob, carl)) {
                assertThat(each.line()).isEqualTo("ann: hello");
            }
            carl.send("bye");
            carl.endOutput();
            assertThat(carl.rest()).isEqualTo("carl: bye\n");
            assertThat(bob.line()).isEqualTo("carl: bye");
            assertThat(bob.line()).isEqualTo("* carl left");
        }
    }

    @Test
    void aNameIsOnePersonsInAllProcesses() throws IOException {
        try (Client _ = join("bob");
                Client ann = join("ann");
                Client second = connect()) {
            second.line();
            second.send("ann\n");
            assertThat(second.line()).isEqualTo("* ann is here already; your name?");
            second.send("ann 2\n");
            assertThat(second.line())
                    .isEqualTo("* a name is 1 to 20 letters and digits; your name?");
            ann.endOutput();
            assertThat(ann.rest()).isEmpty();

            await().atMost(PATIENCE)
                    .until(
                            () -> {
                                second.send("ann\n");
                                return second.line();
                            },
                            "* here: bob"::equals);
        }
    }

    @Test
    void aProcessThatIsKilledLosesItsOwnPeopleAlone() throws IOException {
        try (Client ann = join("ann");
                Client bob = join("bob");
                Client carl = join("carl")) {
            bob.line();
            processOf("carl").close();

            assertThat(carl.rest()).isEmpty();
            ann.send("who is here?\n");
            assertThat(bob.line()).isEqualTo("ann: who is here?");
            assertThat(bob.line()).isEqualTo("* carl is gone");
            // The name is free, in a process that HAProxy still has.
            try (Client _ = join("carl")) {
                assertThat(bob.line()).isEqualTo("* carl joined");
            }
        }
    }

    @Test
    void aProcessThatEndsGivesItsNamesBackAtOnce() throws IOException {
        try (Client ann = join("ann");
                Client bob = join("bob")) {
            ann.line();
            processOf("bob").terminate();

            assertThat(ann.line()).isEqualTo("* bob left");
            assertThat(bob.rest()).isEmpty();
            try (Client _ = join("bob")) {
                assertThat(ann.line()).isEqualTo("* bob joined");
            }
        }
    }

    @Test
    void whoWasCutOffForTooLongMayHaveLostTheName() throws Exception {
        try (Client ann = join("ann");
                Client bob = join("bob")) {
            ann.line();
            String pid = Long.toString(processOf("bob").pid());
            Stranger.named("kill").run("-STOP", pid);
            assertThat(ann.line()).isEqualTo("* bob is gone");
            // HAProxy may not have noticed yet that nobody answers there.
            try (Client other = new Client(processOf("ann").address())) {
                join("bob", other);
                Stranger.named("kill").run("-CONT", pid);

                assertThat(bob.rest()).endsWith("* somebody else has got your name meanwhile\n");
                ann.send("hello\n");
                assertThat(other.line()).isEqualTo("ann: hello");
            }
        }
    }

    @Test
    void membersAreToldThatRedisIsAwayAndComeTogetherAgain() throws Exception {
        try (Client ann = join("ann");
                Client bob = join("bob");
                Client late = connect()) {
            ann.line();
            redis.destroyForcibly().waitFor();

            assertThat(ann.line()).isEqualTo(UNREACHABLE);
            assertThat(bob.line()).isEqualTo(UNREACHABLE);
            ann.send("hello?\n");
            assertThat(ann.line()).isEqualTo("* not passed on: the room cannot be reached");
            late.line();
            late.send("late\n");
            assertThat(late.line()).isEqualTo(UNREACHABLE + "; your name?");

            startRedis();
            for (Client each : List.of(ann, bob)) {
                assertThat(each.line())
                        .isEqualTo("* the room is back; what was said meanwhile is lost");
                // The other process may take its names a moment later.
                assertThat(each.line()).matches("[*] here: (ann, bob|ann|bob)");
            }
            ann.send("hello!\n");
            assertThat(bob.line()).isEqualTo("ann: hello!");
            assertThat(answerToName("late", late)).isEqualTo("* here: ann, bob");
        }
    }

    @Test
    void dropsWhoDoesNotReadAndTheOthersGoOn() throws IOException {
        try (Client ann = join("ann");
                Client _ = join("slow", new Client(processOf("ann").address(), 4096))) {
            ChatRoomTest.assertOutlivesOneWhoDoesNotRead(ann);
        }
    }
}
