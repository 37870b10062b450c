package socketserver.benchmark;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import socketserver.benchmark.race.GeneratorProcess;
import socketserver.benchmark.race.Lineup;
import socketserver.benchmark.race.Machine;
import socketserver.benchmark.race.Progress;
import socketserver.benchmark.race.Race;
import socketserver.benchmark.race.Results;
import socketserver.benchmark.race.Settings;
import socketserver.benchmark.race.Track;
import socketserver.benchmark.race.Workload;
import socketserver.benchmark.report.JsonReport;
import socketserver.benchmark.report.MarkdownReport;
import socketserver.benchmark.report.TerminalReport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;

/// The command: races the servers and reports.
@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Races this project's servers against others on loopback.",
            "",
            "A full race writes docs/benchmarks.md; one that is quick or chosen in part writes into"
                    + " benchmarks/target. results.json goes there in any case."
        })
public final class Benchmark implements Callable<Integer> {
    @Option(
            names = "--quick",
            description = "3 rounds of short windows, without c10k and idle: to see that it works.")
    private boolean quick;

    @Option(names = "--rounds", description = "How many rounds; 9 at first, 3 if quick.")
    private int rounds;

    @Option(names = "--window", description = "Seconds of a window; 0.4 at first, 0.2 if quick.")
    private double window;

    @Option(
            names = "--workloads",
            split = ",",
            description =
                    "Which of c64,c1000,c10k,k16,ccr,unix64,udp64,unixdg64,open,calls,idle,start;"
                            + " open and calls need c64.")
    private List<String> workloads = List.of();

    @Option(
            names = "--servers",
            split = ",",
            description = "Only servers whose names contain one of these.")
    private List<String> servers = List.of();

    @Option(
            names = "--engines",
            split = ",",
            defaultValue = "jdk,linux",
            description = "The engines of our servers: ${DEFAULT-VALUE}.")
    private List<String> engines = List.of();

    @Option(
            names = "--java-option",
            description = "One more option for the JVMs of our servers; may be repeated.")
    private List<String> javaOptions = List.of();

    @Option(
            names = "--server",
            paramLabel = "[FAMILY:]NAME=COMMAND",
            description = "One more server, with {family} and {place} in its command.")
    private List<String> named = List.of();

    @Option(names = "--server-core", defaultValue = "0", description = "${DEFAULT-VALUE}")
    private int serverCore;

    @Option(names = "--generator-core", defaultValue = "1", description = "${DEFAULT-VALUE}")
    private int generatorCore;

    @Option(names = "--seed", description = "Of the random order.")
    private long seed = System.nanoTime();

    @Option(
            names = "--report",
            paramLabel = "FOLDER",
            description = "Where benchmarks.md and its plots go.")
    private @Nullable Path report;

    @Option(
            names = "--from",
            paramLabel = "RESULTS.JSON",
            description = "Measures nothing and reports these results.")
    private @Nullable Path from;

    private Benchmark() {}

    /// Runs the command.
    public static void main(String[] args) {
        // However it ends, no server must stay.
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () ->
                                        ProcessHandle.current()
                                                .children()
                                                .forEach(ProcessHandle::destroyForcibly)));
        System.exit(new CommandLine(new Benchmark()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Path module = Path.of(System.getProperty("benchmark.module", "benchmarks"));
        Path target = module.resolve("target");
        Results results =
                from == null ? measured(settings(module.toAbsolutePath())) : JsonReport.read(from);
        TerminalReport.print(results, System.out);
        if (from == null) {
            JsonReport.write(results, target.resolve("results.json"));
        }
        boolean whole = !quick && workloads.isEmpty() && servers.isEmpty();
        Path folder = whole && from == null ? module.resolveSibling("docs") : target;
        Path file = MarkdownReport.write(results, report == null ? folder : report);
        System.out.printf("%nwritten: %s, %s%n", target.resolve("results.json"), file);
        return CommandLine.ExitCode.OK;
    }

    private Settings settings(Path module) {
        return new Settings(
                rounds > 0 ? rounds : quick ? 3 : 9,
                window > 0 ? window : quick ? 0.2 : 0.4,
                quick ? 3 : 9,
                10_000,
                serverCore,
                generatorCore,
                seed,
                module);
    }

    private Results measured(Settings settings) throws IOException {
        Set<Race.Extra> extras = EnumSet.noneOf(Race.Extra.class);
        List<Workload> chosen = new ArrayList<>();
        if (workloads.isEmpty()) {
            extras.addAll(EnumSet.allOf(Race.Extra.class));
            chosen.addAll(List.of(Workload.values()));
            if (quick) {
                extras.remove(Race.Extra.IDLE);
                chosen.remove(Workload.C10K);
            }
        }
        for (String name : workloads) {
            try {
                chosen.add(Workload.of(name));
            } catch (IllegalArgumentException noWorkload) {
                extras.add(Race.Extra.valueOf(name.toUpperCase(Locale.ROOT)));
            }
        }
        Lineup lineup = Lineup.everybody(settings, engines, javaOptions);
        lineup.keep(name -> servers.isEmpty() || servers.stream().anyMatch(name::contains));
        named.forEach(lineup::addNamed);
        Results results = Results.empty(Machine.here(settings), settings);
        // The folder's path must be short: a socket's has 107 bytes at most.
        Path sockets = Files.createTempDirectory("race");
        try (var generator = new GeneratorProcess(settings.generatorCore())) {
            Track track =
                    new Track(settings, generator, results, new Progress(System.err), sockets);
            Race.run(track, lineup, chosen, extras);
        }
        return results;
    }
}
