package socketserver.benchmark.report;

import socketserver.benchmark.race.Missing;
import socketserver.benchmark.race.Results;
import socketserver.benchmark.race.Workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// The results as `benchmarks.md` with plots in a folder beside it.
public final class MarkdownReport {
    private static final String NAME = "benchmarks";

    private final Results results;
    private final StringBuilder text = new StringBuilder();

    private MarkdownReport(Results results) {
        this.results = results;
    }

    /// Writes it.
    ///
    /// @return the file
    public static Path write(Results results, Path folder) throws IOException {
        Path plots = Files.createDirectories(folder.resolve(NAME));
        Map<String, String> drawn = Plots.of(results);
        for (var plot : drawn.entrySet()) {
            Files.writeString(plots.resolve(plot.getKey()), plot.getValue());
        }
        MarkdownReport report = new MarkdownReport(results);
        report.head();
        drawn.keySet().forEach(report::plot);
        report.sections();
        report.missing();
        Path file = folder.resolve(NAME + ".md");
        return Files.writeString(file, report.text);
    }

    private void head() {
        line("# Benchmarks");
        line("");
        line("Written by `./benchmark`; run it to get your own, `./benchmark --help` shows more.");
        line("");
        line(MachineTable.of(results.machine(), true));
        line(
                """
                ## How it is measured

                All servers of a family are alive at once on one core, all JVMs with `-Xmx512m -XX:+UseSerialGC`; the load
                generator has another core. After a warm-up, %d rounds: in each, every server gets one window of %s s
                (%s s of TLS) per workload, in random order. Ratios are medians over the rounds of the ratio *inside* a round, because
                the machine's mood changes from minute to minute; beside each stands the ratio of the best windows.
                Absolute figures do not travel to other machines. CPU is the server process's user and system time for one
                request, its inverse is what one core can do. "gen." is how busy the generator was: near 100 %% it was the
                limit, and the true ratio is larger. Latencies in the workloads' tables are those at full load. Our handlers
                read into an array, which is quicker to make for a short connection; the JDK's bare loops into direct buffers,
                which save copies of large messages.
                """
                        .formatted(
                                results.rounds(),
                                Figure.of(results.windowSeconds(), 1),
                                Figure.of(
                                        Workload.TLS16K.windowSeconds(results.windowSeconds()),
                                        1)));
    }

    private void plot(String file) {
        line("![%s](%s/%s)".formatted(file.replace(".svg", ""), NAME, file));
        line("");
    }

    private void sections() {
        for (Section section : Section.of(results)) {
            line("## " + section.title());
            line("");
            line(section.explanation());
            line("");
            line(section.table().markdown());
        }
    }

    private void missing() {
        if (results.missing().isEmpty()) {
            return;
        }
        line("## Not measured");
        line("");
        for (Missing missing : results.missing()) {
            line("- " + missing.what() + ": " + missing.reason());
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
