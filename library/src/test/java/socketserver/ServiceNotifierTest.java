package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import socketserver.request.DatagramRequest;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What a service manager is told; here it is a server of Unix datagrams.
@Timeout(20)
@EnabledOnOs(OS.LINUX)
class ServiceNotifierTest {
    private static final long PROCESS = 7;

    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private BaseServer<DatagramRequest> manager;

    @BeforeEach
    void startManager() throws IOException {
        manager =
                SocketServer.unixDatagram(UnixAddress.unnamed())
                        .open(request -> messages.add(new String(request.packet(), UTF_8)));
        manager.start();
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }

    private ServiceNotifier notifier(String... more) {
        Map<String, String> environment = new HashMap<>();
        environment.put("NOTIFY_SOCKET", "@" + ((UnixAddress) manager.address()).name());
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return ServiceNotifier.of(environment, PROCESS);
    }

    private String next() throws InterruptedException {
        String message = messages.poll(15, TimeUnit.SECONDS);
        assertThat(message).as("a message").isNotNull();
        return message;
    }

    @Test
    void saysHowTheProgramIs() throws Exception {
        try (var notifier = notifier()) {
            notifier.ready();
            assertThat(next()).isEqualTo("READY=1");
            notifier.status("12 requests\nare live");
            assertThat(next()).isEqualTo("STATUS=12 requests are live");
            long before = System.nanoTime() / 1000;
            notifier.reloading();
            String reloading = next();
            assertThat(reloading).startsWith("RELOADING=1\nMONOTONIC_USEC=");
            assertThat(Long.parseLong(reloading.substring(reloading.lastIndexOf('=') + 1)))
                    .isBetween(before, System.nanoTime() / 1000);
            notifier.stopping();
            assertThat(next()).isEqualTo("STOPPING=1");
        }
        assertThat(messages).isEmpty();
    }

    @Test
    void saysWhoIsTheMainProcessFromNowOn() throws Exception {
        try (var notifier = notifier("WATCHDOG_USEC", "20000")) {
            notifier.ready();
            assertThat(next()).isEqualTo("READY=1");
            notifier.handedOver(8);
            String message;
            do {
                message = next();
            } while (message.equals("WATCHDOG=1"));
            assertThat(message).isEqualTo("MAINPID=8\nREADY=1");
        }
    }

    @Test
    void saysThatItIsAliveToOneWhoKeepsWatch() throws Exception {
        try (var notifier = notifier("WATCHDOG_USEC", "20000", "WATCHDOG_PID", "7")) {
            notifier.ready();
            assertThat(next()).isEqualTo("READY=1");
            assertThat(next()).isEqualTo("WATCHDOG=1");
            assertThat(next()).isEqualTo("WATCHDOG=1");
        }
    }

    @Test
    void leavesTheWatchOverAnotherProcessToThat() throws Exception {
        try (var notifier = notifier("WATCHDOG_USEC", "20000", "WATCHDOG_PID", "8")) {
            notifier.ready();
            assertThat(next()).isEqualTo("READY=1");
            notifier.status("next");
            assertThat(next()).isEqualTo("STATUS=next");
        }
    }

    @Test
    void doesNothingWhereNobodyWantsToKnow() {
        try (var notifier = ServiceNotifier.of(Map.of("WATCHDOG_USEC", "20000"), PROCESS)) {
            notifier.ready();
            notifier.stopping();
        }
        assertThat(messages).isEmpty();
    }

    @Test
    void outlivesAManagerThatHasGone() {
        var notifier = notifier();
        manager.close();
        notifier.ready();
        notifier.close();
    }

    @Test
    void saysWhatIsWrongWithTheEnvironment() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceNotifier.of(Map.of("NOTIFY_SOCKET", "vsock:2:1"), PROCESS))
                .withMessageContaining("NOTIFY_SOCKET (vsock:2:1) must be a path");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> notifier("WATCHDOG_USEC", "soon"))
                .withMessageContaining("WATCHDOG_USEC (soon) must be a number");
    }
}
