package socketserver.benchmark.report;

import java.util.List;

/// Rows as lines over time, each from zero to its own largest value, which stands beside it.
final class Sparklines implements Plot.Marks {
    private static final double HEIGHT = 14;

    @Override
    public void axis(Svg svg, Panel panel, double x, double y, double height) {
        svg.line(x, y, x, y + height, "#495057");
    }

    @Override
    public void row(Svg svg, Panel panel, Panel.Row row, double x, double y, String colour) {
        List<Double> marks = row.marks();
        double largest = marks.stream().mapToDouble(Double::doubleValue).max().orElse(1);
        double bottom = y + HEIGHT + 2;
        svg.line(x, bottom, x + Plot.MARKS, bottom, "#dee2e6");
        for (int i = 1; i < marks.size(); i++) {
            svg.line(
                    x + Plot.MARKS * (i - 1) / (marks.size() - 1),
                    bottom - HEIGHT * marks.get(i - 1) / largest,
                    x + Plot.MARKS * i / (marks.size() - 1),
                    bottom - HEIGHT * marks.get(i) / largest,
                    colour);
        }
        String label = Figure.of(largest, largest < 100 ? 1 : 0);
        svg.text(x + Plot.MARKS + 5, y + 13, "start", "font-size=\"11\"", label);
    }
}
