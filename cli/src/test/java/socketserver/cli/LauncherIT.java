package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The script `./socketserver` with the jars that were just built; the first run makes its cache.
@Timeout(120)
@EnabledOnOs(
        value = {OS.LINUX, OS.MAC},
        disabledReason = "the launcher is a bash script")
class LauncherIT {
    @Test
    void theScriptBecomesTheServer() throws Exception {
        Process server = launch("serve", "tcp://127.0.0.1:0", "--handler", "echo");
        try {
            String line = server.inputReader(UTF_8).readLine();
            assertThat(line).startsWith("listening on tcp://127.0.0.1:");
            int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.getOutputStream().write("hello".getBytes(UTF_8));
                client.shutdownOutput();
                assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("hello");
            }
            assertThat(server.info().command()).get().asString().endsWith("/bin/java");
            // Not Process.destroy, which closes the streams, too.
            assertThat(server.toHandle().destroy()).isTrue();
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isZero();
            assertThat(server.inputReader(UTF_8).readLine()).isNull();
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void theScriptHasTheModulesOfTheStatusPage() throws Exception {
        Process server = launch("serve", "tcp://127.0.0.1:0", "--status", "127.0.0.1:0");
        try (HttpClient client = HttpClient.newHttpClient()) {
            BufferedReader out = server.inputReader(UTF_8);
            assertThat(out.readLine()).startsWith("listening on tcp://127.0.0.1:");
            String link = out.readLine();
            assertThat(link).startsWith("status on http://127.0.0.1:");
            URI page = URI.create(link.substring("status on ".length()));
            for (String path : List.of("/", "/status.json", "/metrics")) {
                var request = HttpRequest.newBuilder(page.resolve(path)).build();
                assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                        .isEqualTo(200);
            }
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void theScriptPassesOnArgumentsAndTheExitCode() throws Exception {
        Process help = launch("--help");
        assertThat(help.inputReader(UTF_8).readLine()).startsWith("Usage: socketserver");
        assertThat(help.waitFor()).isZero();
        assertThat(launch("serve", "nowhere").waitFor()).isEqualTo(2);
    }

    private static Process launch(String... args) throws IOException {
        var command = new ProcessBuilder("../socketserver");
        command.command().addAll(List.of(args));
        return command.redirectError(Redirect.DISCARD).start();
    }
}
