package socketserver.cli;

import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.condition.OS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Programs that the machine may have or not: a test that needs one is skipped where it is missing.
final class Programs {
    private Programs() {}

    /// Skips the test, and says why, if there is no SIGHUP, or it is ignored by this process and
    /// what it starts, as `nohup` has it.
    static void needsHangUp() throws IOException {
        assumeFalse(OS.WINDOWS.isCurrentOs(), "Windows has no SIGHUP");
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return;
        }
        String ignored =
                Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .map(line -> line.substring("SigIgn:".length()).strip())
                        .findFirst()
                        .orElse("0");
        assumeTrue((Long.parseUnsignedLong(ignored, 16) & 1) == 0, "SIGHUP is ignored here");
    }

    /// Skips the test, and says why, if a program is not on the `PATH`.
    ///
    /// @return where it is
    static Path needs(String program) {
        Path found = Exec.find(program);
        assumeTrue(found != null, program + " is not installed");
        return found;
    }

    /// Skips the test, and says why, if a program that runs the one behind it, with something of
    /// its own, may not do that here.
    ///
    /// @param own what it gives to that one
    static void needs(List<String> program, String own) throws Exception {
        needs(program.getFirst());
        List<String> command = new ArrayList<>(program);
        command.add("true");
        Process trial = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(trial.getInputStream().readAllBytes(), UTF_8);
        assumeTrue(trial.waitFor() == 0, () -> "no " + own + " is allowed here: " + said);
    }
}
