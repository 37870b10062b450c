package socketserver.benchmark.report;

import socketserver.benchmark.soak.Reading;
import socketserver.benchmark.soak.Reading.Quantity;
import socketserver.benchmark.soak.SoakResults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What a soak showed, as `soak.md` with its plot.
public final class SoakReport {
    private static final String PLOT = "soak.svg";

    private SoakReport() {}

    /// Writes it.
    ///
    /// @return the file
    public static Path write(SoakResults results, Path folder) throws IOException {
        Path plots = Files.createDirectories(folder.resolve("benchmarks"));
        Files.writeString(plots.resolve(PLOT), plot(results));
        return Files.writeString(folder.resolve("soak.md"), text(results));
    }

    private static String text(SoakResults results) {
        double seconds =
                results.readings().values().stream()
                        .mapToDouble(all -> all.getLast().seconds())
                        .max()
                        .orElse(0);
        return """
        # Soak

        Written by `./benchmark --soak`; run it to get your own, `./benchmark --soak --help` shows more.

        %s
        For %s minutes, servers of every model have clients that come at a fixed rate, %s a second to all
        of them together, whatever they do: each connects, sends 1 byte to 64 KiB, waits for its echo and goes;
        one of twenty goes before its answer has come. All servers and clients share the machine. The forking
        server uses four processes again and again; descriptors, threads and resident memory are those of all
        its processes, the heap that of its parent. A collection is forced before each of the %d readings.

        ![what grew](benchmarks/%s)

        Each line is from zero to its own largest value, which stands beside it.

        ## First and last

        Medians of the readings of the first quarter, without a warm-up, and of the last.

        %s
        ## Connections

        %s%s\
        """
                .formatted(
                        MachineTable.of(results.machine(), false),
                        Figure.of(seconds / 60, 0),
                        Figure.of(results.rate(), 0),
                        results.readings().values().stream().mapToInt(List::size).max().orElse(0),
                        PLOT,
                        drift(results).markdown(),
                        counts(results).markdown(),
                        failures(results));
    }

    private static Table drift(SoakResults results) {
        List<String> heads = new ArrayList<>(List.of("server"));
        for (Quantity quantity : Quantity.values()) {
            heads.add(quantity.toString());
        }
        Table table = new Table(heads.toArray(String[]::new));
        for (String server : results.readings().keySet()) {
            List<String> row = new ArrayList<>(List.of(server));
            for (Quantity quantity : Quantity.values()) {
                row.add(
                        "%s, %s"
                                .formatted(
                                        Figure.of(results.first(server, quantity), 1),
                                        Figure.of(results.last(server, quantity), 1)));
            }
            table.add(row);
        }
        return table;
    }

    private static Table counts(SoakResults results) {
        Table table = new Table("server", "answered", "not answered");
        results.readings()
                .forEach(
                        (server, all) ->
                                table.add(
                                        List.of(
                                                server,
                                                sum(all.stream().map(Reading::connections)),
                                                sum(all.stream().map(Reading::failures)))));
        return table;
    }

    private static String sum(Stream<Long> numbers) {
        return Figure.of(numbers.mapToDouble(Long::doubleValue).sum(), 0);
    }

    private static String failures(SoakResults results) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, String> failure : results.failures().entrySet()) {
            text.append(
                    "%nThe last that was not answered by %s: %s.%n"
                            .formatted(failure.getKey(), failure.getValue()));
        }
        return text.toString();
    }

    private static String plot(SoakResults results) {
        List<Panel> panels = new ArrayList<>();
        for (Quantity quantity : Quantity.values()) {
            List<Panel.Row> rows = new ArrayList<>();
            results.readings()
                    .forEach(
                            (server, all) ->
                                    rows.add(
                                            new Panel.Row(
                                                    "socketserver-" + server,
                                                    all.stream().map(quantity::of).toList())));
            panels.add(new Panel(quantity.toString(), "", rows));
        }
        return Plot.of("What a server has while its clients come and go", panels, new Sparklines());
    }
}
