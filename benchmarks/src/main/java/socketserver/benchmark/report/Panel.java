package socketserver.benchmark.report;

import java.util.List;
import java.util.stream.DoubleStream;

/// A part of a plot: a title, and a row of marks for each server.
///
/// @param note what stands behind the title, small
record Panel(String title, String note, List<Row> rows) {
    /// A server's marks.
    record Row(String server, List<Double> marks) {
        Row(String server, double mark) {
            this(server, List.of(mark));
        }
    }

    double largest() {
        return marks().max().orElse(1);
    }

    double smallest() {
        return marks().min().orElse(1);
    }

    private DoubleStream marks() {
        return rows.stream()
                .flatMap(row -> row.marks().stream())
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite);
    }
}
