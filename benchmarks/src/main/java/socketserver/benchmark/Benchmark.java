package socketserver.benchmark;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import socketserver.benchmark.race.Choice;
import socketserver.benchmark.race.GeneratorProcess;
import socketserver.benchmark.race.Lineup;
import socketserver.benchmark.race.Machine;
import socketserver.benchmark.race.Progress;
import socketserver.benchmark.race.Race;
import socketserver.benchmark.race.Results;
import socketserver.benchmark.race.Settings;
import socketserver.benchmark.race.Track;
import socketserver.benchmark.report.JsonReport;
import socketserver.benchmark.report.MarkdownReport;
import socketserver.benchmark.report.TerminalReport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;

/// The command: races the servers and reports.
@Command(
        name = "benchmark",
        sortOptions = false,
        description = {
            "Races this project's servers against others on loopback.",
            "",
            "A full race writes docs/benchmarks.md; one that is quick or chosen in part writes into"
                    + " benchmarks/target. results.json goes there in any case.",
            "",
            "With --jmh first, it runs the benchmarks of small things instead, with JMH's options."
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
            completionCandidates = Names.class,
            description = "Which of ${COMPLETION-CANDIDATES}; open and calls need c64.")
    private List<String> workloads = List.of();

    @Option(
            names = "--servers",
            split = ",",
            description =
                    "Only servers whose names have one of these parts: netty, netty-epoll,"
                            + " socketserver, threading, jdk, c...")
    private List<String> servers = List.of();

    @Option(
            names = "--guards",
            description =
                    "Also our servers with all limits, deadlines and a listener (guarded), and with"
                            + " none (unguarded).")
    private boolean guards;

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

    @Option(
            names = "--server-core",
            defaultValue = "0",
            description = "That of all servers: ${DEFAULT-VALUE}.")
    private int serverCore;

    @Option(
            names = "--generator-core",
            defaultValue = "1",
            description = "That of the load generator: ${DEFAULT-VALUE}.")
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

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Spec private @Nullable CommandSpec command;

    private Benchmark() {}

    /// The names for the help.
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Choice.allNames().iterator();
        }
    }

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
                from == null
                        ? measured(settings(module.toAbsolutePath()), choice())
                        : JsonReport.read(from, Results.class);
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

    private Choice choice() {
        if (workloads.isEmpty()) {
            return quick ? Choice.quick() : Choice.whole();
        }
        try {
            return Choice.of(workloads);
        } catch (IllegalArgumentException unknown) {
            throw new ParameterException(
                    Objects.requireNonNull(command).commandLine(),
                    String.valueOf(unknown.getMessage()));
        }
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

    private Results measured(Settings settings, Choice choice) throws IOException {
        Lineup lineup = Lineup.everybody(settings, engines, javaOptions);
        if (guards) {
            lineup.addGuarded(engines, javaOptions);
        }
        lineup.keep(this::isChosen);
        named.forEach(lineup::addNamed);
        Results results = Results.empty(Machine.here(settings.module()), settings);
        // The folder's path must be short: a socket's has 107 bytes at most.
        Path sockets = Files.createTempDirectory("race");
        try (var generator = new GeneratorProcess(settings.generatorCore())) {
            Track track =
                    new Track(settings, generator, results, new Progress(System.err), sockets);
            Race.run(track, lineup, choice);
        }
        return results;
    }

    private boolean isChosen(String server) {
        String parts = "-" + server + "-";
        return servers.isEmpty()
                || servers.stream().anyMatch(part -> parts.contains("-" + part + "-"));
    }
}
