package socketserver.benchmark.race;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The programs of the system, as far as it has them.
public final class Programs {
    private static final long TIMEOUT_SECONDS = 120;

    private Programs() {}

    /// {@return whether a program of that name is on the PATH}
    static boolean has(String name) {
        for (String folder :
                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, 0)) {
            if (Files.isExecutable(Path.of(folder, name))) {
                return true;
            }
        }
        return false;
    }

    /// Runs a command to its end.
    ///
    /// @return what it printed, on both outputs, without white space at the ends
    /// @throws IOException if it cannot be started or fails, with what it printed
    public static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String printed = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + " failed: " + printed);
            }
            return printed;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command.getFirst() + " ran", interrupted);
        } finally {
            process.destroyForcibly();
        }
    }

    /// {@return the first line that a command prints, or nothing if it cannot run}
    static Optional<String> firstLine(String... command) {
        try {
            return run(List.of(command)).lines().findFirst();
        } catch (IOException missing) {
            return Optional.empty();
        }
    }
}
