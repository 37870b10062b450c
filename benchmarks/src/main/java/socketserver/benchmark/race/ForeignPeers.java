package socketserver.benchmark.race;

import static socketserver.benchmark.address.Family.TCP;

import org.jspecify.annotations.Nullable;

import socketserver.benchmark.address.Family;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// The peers in other languages, built from their sources where there is what builds them.
final class ForeignPeers {
    private static final Set<Family> ALL = EnumSet.complementOf(EnumSet.of(Family.TLS));

    private ForeignPeers() {}

    static void join(Lineup lineup, Settings settings) {
        Path sources = settings.module().resolve("src/main");
        Path c = settings.target().resolve("echo-c");
        Path go = settings.target().resolve("echo-go");
        List<String> gcc = List.of("gcc", "-O2", "-o", c.toString(), sources + "/c/echo.c");
        List<String> build = List.of("go", "build", "-o", go.toString(), sources + "/go/echo.go");
        if (built(lineup, Standing.C, gcc)) {
            lineup.add(foreign(Standing.C, ALL, _ -> null, List.of(c.toString())));
        }
        if (built(lineup, "go", build)) {
            lineup.add(goContestant(go.toString()));
        }
        String script = sources + "/python/echo.py";
        if (!Programs.has("python3")) {
            lineup.missing("python", "python3 is not on the PATH");
            return;
        }
        lineup.add(python(script, "threading", ALL, ForeignPeers::tooManyThreads));
        lineup.add(python(script, "sync", ALL, OurContestants::oneByOne));
        lineup.add(python(script, "forking", EnumSet.of(TCP), OurContestants::tooManyProcesses));
    }

    private static boolean built(Lineup lineup, String name, List<String> command) {
        if (!Programs.has(command.getFirst())) {
            lineup.missing(name, command.getFirst() + " is not on the PATH");
            return false;
        }
        try {
            Files.createDirectories(Path.of(command.get(command.indexOf("-o") + 1)).getParent());
            Programs.run(command);
            return true;
        } catch (IOException failed) {
            lineup.missing(name, String.valueOf(failed.getMessage()));
            return false;
        }
    }

    private static @Nullable String tooManyThreads(Workload workload) {
        return workload == Workload.C10K ? "would need 10,000 platform threads" : null;
    }

    private static Contestant python(
            String script,
            String model,
            Set<Family> families,
            Function<Workload, @Nullable String> objection) {
        // The program itself, not a version manager's script that starts it.
        String python =
                Programs.firstLine("python3", "-c", "import sys; print(sys.executable)")
                        .orElse("python3");
        return foreign("python-" + model, families, objection, List.of(python, script, model));
    }

    private static Contestant goContestant(String program) {
        return new Contestant(
                "go",
                ALL,
                _ -> null,
                false,
                start -> {
                    List<String> words = words(List.of(program), start);
                    words.add(Integer.toString(start.small() ? JavaPeers.SMALL_BYTES : 16 * 1024));
                    return words;
                });
    }

    private static Contestant foreign(
            String name,
            Set<Family> families,
            Function<Workload, @Nullable String> objection,
            List<String> command) {
        return new Contestant(name, families, objection, false, start -> words(command, start));
    }

    private static List<String> words(List<String> command, Contestant.Start start) {
        List<String> words = new ArrayList<>(command);
        words.add(start.endpoint().family().toString());
        words.add(start.endpoint().place());
        return words;
    }
}
