import static org.junit.jupiter.api.Assumptions.abort;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A program that somebody else has written, as a client of ours, where the machine has it.
final class Stranger {
    private final Path program;

    private Stranger(Path program) {
        this.program = program;
    }

    /// {@return the program of that name; a test that asks for one which is not installed is
    /// skipped and says so}
    static Stranger named(String name) {
        return find(name).orElseGet(() -> abort(name + " is not installed"));
    }

    private static Optional<Stranger> find(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .map(Stranger::new)
                .findFirst();
    }

    /// {@return the first of these that is installed; a test that asks for them is skipped, and
    /// says so, if none is}
    static Stranger oneOf(String... names) {
        return Stream.of(names)
                .flatMap(name -> find(name).stream())
                .findFirst()
                .orElseGet(() -> abort(String.join(" or ", names) + " is not installed"));
    }

    /// Starts the program, which goes on until it is ended.
    Process start(Path log, String... arguments) throws IOException {
        return new ProcessBuilder(command(arguments))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(log.toFile()))
                .start();
    }

    /// {@return what the program writes to its output and its error output}
    ///
    /// @throws AssertionError if it fails or does not end in time
    String run(String... arguments) throws IOException, InterruptedException {
        return runWith("", arguments);
    }

    private List<String> command(String... arguments) {
        var command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /// {@return what the program writes when it is given that input}
    String runWith(String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = command(arguments);
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
