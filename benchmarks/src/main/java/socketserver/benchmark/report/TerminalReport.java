package socketserver.benchmark.report;

import socketserver.benchmark.race.Missing;
import socketserver.benchmark.race.Results;

import java.io.PrintStream;

/// The results as a terminal shows them.
public final class TerminalReport {
    private TerminalReport() {}

    /// Prints all tables, and what is not in them.
    public static void print(Results results, PrintStream out) {
        for (Section section : Section.of(results)) {
            out.printf("%n%s: %s%n%n", section.title(), section.explanation());
            out.print(section.table().text());
        }
        if (!results.missing().isEmpty()) {
            out.printf("%nNot measured:%n");
            for (Missing missing : results.missing()) {
                out.printf("  %s: %s%n", missing.what(), missing.reason());
            }
        }
    }
}
