package socketserver;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// Programs that the machine may have or not: a test that needs one is skipped where it is missing.
public final class Installed {
    private Installed() {}

    /// Skips the test, and says why, if a program is not on the `PATH`.
    public static void needs(String program) {
        boolean installed =
                Pattern.compile(Pattern.quote(File.pathSeparator))
                        .splitAsStream(System.getenv("PATH"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        assumeTrue(installed, program + " is not installed");
    }
}
