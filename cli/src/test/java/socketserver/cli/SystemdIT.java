package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static socketserver.cli.RunningCommand.freePort;

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
import java.nio.file.Path;
import java.time.Duration;

/// The units of `deploy/systemd` under systemd itself, with the script and the jars that were just
/// built.
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class SystemdIT {
    private static final int SECONDS = 30;

    private int port;
    private Systemd systemd;

    @BeforeEach
    void boot(@TempDir Path folder) throws Exception {
        port = freePort();
        systemd = new Systemd(folder, port);
    }

    @AfterEach
    void end() {
        if (systemd != null) {
            systemd.close();
        }
    }

    private void ask(int number) throws IOException {
        Load.ask(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                "question " + number);
    }

    private String awaitOther(String process) {
        return await().atMost(Duration.ofSeconds(SECONDS))
                .until(
                        () -> systemd.property("MainPID"),
                        now -> !now.equals(process) && !now.equals("0"));
    }

    @Test
    void theFirstClientStartsTheServer() throws Exception {
        assertThat(systemd.property("MainPID")).isEqualTo("0");
        ask(1);
        assertThat(systemd.property("ActiveState")).isEqualTo("active");
        assertThat(systemd.property("MainPID")).isNotEqualTo("0");

        systemd.control("stop");
        assertThat(systemd.property("Result")).isEqualTo("success");
        assertThat(systemd.said()).contains("stopped: ");
        // The socket stays open.
        ask(2);
        assertThat(systemd.property("ActiveState")).isEqualTo("active");
    }

    @Test
    void aReloadLosesNoClient() throws Exception {
        ask(0);
        String serving = systemd.property("MainPID");
        try (Load load = Load.of(2, this::ask)) {
            for (int i = 0; i < 2; i++) {
                load.awaitMore(100);
                systemd.control("reload");
                serving = awaitOther(serving);
                load.awaitMore(100);
            }
            load.end();
            assertThat(load.failures()).isEmpty();
        }
        assertThat(systemd.property("ActiveState")).isEqualTo("active");
        assertThat(systemd.property("NRestarts")).isEqualTo("0");
        // systemd knows whom to stop, and waits for it.
        systemd.control("stop");
        assertThat(systemd.property("Result")).isEqualTo("success");
        assertThat(systemd.said().lines().filter(line -> line.startsWith("stopped: "))).hasSize(3);
    }

    @Test
    void aServerThatHangsIsStartedAgain() throws Exception {
        ask(0);
        String hanging = systemd.property("MainPID");
        systemd.control("kill", "--signal=STOP");
        // It waits for the next one.
        ask(1);
        assertThat(awaitOther(hanging)).isNotEqualTo(hanging);
        assertThat(systemd.property("NRestarts")).isEqualTo("1");
    }
}
