import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A program that somebody else has written, as a client of ours, where the machine has it.
final class Stranger {
    private final Path program;

    private Stranger(Path program) {
        this.program = program;
    }

    /// {@return the program of that name; a test that asks for one which is not installed is
    /// skipped and says so}
    static Stranger named(String name) {
        for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
            Path program = Path.of(folder, name);
            if (Files.isExecutable(program)) {
                return new Stranger(program);
            }
        }
        assumeTrue(false, name + " is not installed");
        throw new AssertionError("assumed");
    }

    /// {@return what the program writes to its output and its error output}
    ///
    /// @throws AssertionError if it fails or does not end in time
    String run(String... arguments) throws IOException, InterruptedException {
        return runWith("", arguments);
    }

    /// {@return what the program writes when it is given that input}
    String runWith(String input, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("stranger", ".txt");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(UTF_8));
            }
            boolean ended = process.waitFor(30, TimeUnit.SECONDS);
            process.destroyForcibly();
            String written = Files.readString(output);
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError(
                        "%s %s: %s"
                                .formatted(
                                        String.join(" ", command),
                                        ended
                                                ? "exit code " + process.exitValue()
                                                : "not ended after 30 s",
                                        written));
            }
            return written;
        } finally {
            Files.delete(output);
        }
    }
}
