package socketserver.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;

/// Programs that the machine may have or not: a test that needs one is skipped where it is missing.
final class Programs {
    private Programs() {}

    /// Skips the test, and says why, if a program is not on the `PATH`.
    ///
    /// @return where it is
    static Path needs(String program) {
        Path found = Exec.find(program);
        assumeTrue(found != null, program + " is not installed");
        return found;
    }
}
