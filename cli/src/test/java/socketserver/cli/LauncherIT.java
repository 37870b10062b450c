package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

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

    /// As in an image: what the Dockerfile copies is enough, and after a first run, which makes the
    /// cache, nothing of it need be written.
    @Test
    @EnabledOnOs(OS.LINUX)
    void theScriptServesInAnImageThatIsReadOnly(@TempDir Path image) throws Exception {
        List<String> readOnly =
                List.of(
                        "unshare",
                        "--map-root-user",
                        "--mount",
                        "sh",
                        "-c",
                        "mount --bind $0 $0 && mount -o remount,bind,ro $0 && exec \"$@\"",
                        image.toString());
        Programs.needs(readOnly, "file system of its own");
        copyAsTheDockerfile(image);
        String script = image.resolve("socketserver").toString();
        assertThat(run(List.of(script), "--version").waitFor()).isZero();
        Process server = run(readOnly, script, "serve", "tcp://127.0.0.1:0");
        try {
            assertThat(server.inputReader(UTF_8).readLine()).startsWith("listening on ");
            assertThat(server.info().arguments())
                    .get()
                    .asInstanceOf(InstanceOfAssertFactories.array(String[].class))
                    .contains("-XX:AOTCache=" + image.resolve("cli/target/socketserver.aot"));
        } finally {
            server.destroyForcibly();
        }
    }

    private static void copyAsTheDockerfile(Path image) throws Exception {
        Path project = Path.of("..");
        String recipe = Files.readString(project.resolve("deploy/container/Dockerfile"));
        List<MatchResult> copies =
                Pattern.compile("(?m)^COPY --from=build /build/(\\S+) (\\S+)$")
                        .matcher(recipe)
                        .results()
                        .toList();
        assertThat(copies).isNotEmpty();
        for (MatchResult copy : copies) {
            Path from = project.resolve(copy.group(1));
            Path to = image.resolve(copy.group(2));
            Files.createDirectories(to);
            // Docker copies what is in a folder, and keeps the times, by which the script sees that
            // its cache is newer.
            String what = Files.isDirectory(from) ? from + "/." : from.toString();
            assertThat(run(List.of("cp", "-pR"), what, to.toString()).waitFor()).isZero();
        }
    }

    private static Process launch(String... args) throws IOException {
        return run(List.of("../socketserver"), args);
    }

    private static Process run(List<String> program, String... args) throws IOException {
        var command = new ProcessBuilder(new ArrayList<>(program));
        command.command().addAll(List.of(args));
        return command.redirectError(Redirect.DISCARD).start();
    }
}
