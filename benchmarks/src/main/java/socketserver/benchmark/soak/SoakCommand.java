package socketserver.benchmark.soak;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import socketserver.benchmark.race.Machine;
import socketserver.benchmark.report.JsonReport;
import socketserver.benchmark.report.SoakReport;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/// The command: serves for long and reports what grew.
@Command(
        name = "benchmark --soak",
        sortOptions = false,
        description = {
            "Serves clients that come and go with every model at the same time, for an hour, and"
                    + " writes what grew into docs/soak.md.",
            "",
            "Of less time the report goes into benchmarks/target. soak.json goes there in any case."
        })
public final class SoakCommand implements Callable<Integer> {
    private static final double HOUR = 60;
    private static final int READINGS = 60;

    @Option(
            names = "--minutes",
            defaultValue = "60",
            description = "How long: ${DEFAULT-VALUE}. There are 60 readings in any case.")
    private double minutes;

    @Option(
            names = "--rate",
            defaultValue = "500",
            description = "Connections per second to all servers together: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--models",
            split = ",",
            description = "Some of sync, threading, forking, selector, confined.")
    private List<String> models = Soak.MODELS;

    @Option(
            names = "--from",
            paramLabel = "SOAK.JSON",
            description = "Measures nothing and reports these results into docs.")
    private @Nullable Path from;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    private SoakCommand() {}

    /// Runs the command.
    public static void main(String[] args) {
        System.exit(new CommandLine(new SoakCommand()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        Path module = Path.of(System.getProperty("benchmark.module", "benchmarks"));
        Path target = module.resolve("target");
        SoakResults results =
                from == null ? measured(module) : JsonReport.read(from, SoakResults.class);
        JsonReport.write(results, target.resolve("soak.json"));
        boolean whole = from != null || minutes >= HOUR;
        Path file =
                SoakReport.write(
                        results, whole ? module.toAbsolutePath().resolveSibling("docs") : target);
        System.out.printf("%nwritten: %s, %s%n", target.resolve("soak.json"), file);
        return CommandLine.ExitCode.OK;
    }

    private SoakResults measured(Path module) throws IOException {
        Duration time = Duration.ofNanos((long) (minutes * 60e9));
        Soak soak = new Soak(models, rate, time, time.dividedBy(READINGS));
        return soak.run(Machine.here(module), System.out::println);
    }
}
