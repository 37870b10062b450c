package socketserver.benchmark.report;

import java.util.List;
import java.util.Locale;

/// Rows as dots on a logarithmic axis, from the median to the rare case.
final class Dots implements Plot.Marks {
    private static final String[] COLOURS = {"#2f9e44", "#f08c00", "#e03131"};

    @Override
    public void axis(Svg svg, Panel panel, double x, double y, double height) {
        for (double decade = floor(panel); decade <= ceiling(panel) * 1.01; decade *= 10) {
            double at = x + scaled(panel, decade);
            svg.line(at, y, at, y + height, "#dee2e6");
            String label =
                    decade < 1000
                            ? String.format(Locale.ROOT, "%.0f us", decade)
                            : String.format(Locale.ROOT, "%.0f ms", decade / 1000);
            svg.text(at, y - 6, "middle", "font-size=\"10\" fill=\"#495057\"", label);
        }
    }

    @Override
    public void row(Svg svg, Panel panel, Panel.Row row, double x, double y, String colour) {
        List<Double> marks = row.marks();
        double middle = y + 9;
        double from = x + scaled(panel, marks.getFirst());
        double to = x + scaled(panel, marks.getLast());
        svg.line(from, middle, to, middle, colour);
        for (int i = marks.size() - 1; i >= 0; i--) {
            svg.dot(x + scaled(panel, marks.get(i)), middle, COLOURS[i]);
        }
    }

    private static double floor(Panel panel) {
        return Math.pow(10, Math.floor(Math.log10(Math.max(1, panel.smallest()))));
    }

    private static double ceiling(Panel panel) {
        return Math.pow(10, Math.ceil(Math.log10(Math.max(10, panel.largest()))));
    }

    private static double scaled(Panel panel, double value) {
        double low = Math.log10(floor(panel));
        double high = Math.log10(ceiling(panel));
        double part = (Math.log10(Math.max(1, value)) - low) / Math.max(1e-9, high - low);
        return (Plot.MARKS + 30) * Math.clamp(part, 0, 1);
    }
}
