package socketserver.benchmark.report;

import java.util.ArrayList;
import java.util.List;

/// A table of text: the first column to the left, figures to the right.
final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... heads) {
        rows.add(List.of(heads));
    }

    void add(List<String> row) {
        int columns = rows.getFirst().size();
        if (row.size() != columns) {
            throw new IllegalArgumentException(
                    "row (%s) must have %d columns".formatted(row, columns));
        }
        rows.add(row);
    }

    boolean isEmpty() {
        return rows.size() == 1;
    }

    /// {@return the table as a terminal shows it}
    String text() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            text.append(line(row, "  ").stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /// {@return the table in Markdown}
    String markdown() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            text.append("| ").append(line(row, " | ")).append(" |\n");
            if (row.equals(rows.getFirst())) {
                text.append("|---").append("|---:".repeat(row.size() - 1)).append("|\n");
            }
        }
        return text.toString();
    }

    private String line(List<String> row, String between) {
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            String cell = row.get(i);
            String padding = " ".repeat(width(i) - cell.length());
            cells.add(i == 0 ? cell + padding : padding + cell);
        }
        return String.join(between, cells);
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
