package socketserver.benchmark.report;

/// Rows as bars, with a line where the reference is.
///
/// @param reference the value that a line marks, NaN for none
/// @param digits behind the point of the values
record Bars(double reference, int digits) implements Plot.Marks {
    @Override
    public void axis(Svg svg, Panel panel, double x, double y, double height) {
        svg.line(x, y, x, y + height, "#495057");
        if (Double.isFinite(reference)) {
            double at = x + scaled(panel, reference);
            svg.line(at, y - 4, at, y + height, "#e03131");
            svg.text(at, y - 8, "middle", "font-size=\"10\" fill=\"#e03131\"", "C");
        }
    }

    @Override
    public void row(Svg svg, Panel panel, Panel.Row row, double x, double y, String colour) {
        double value = row.marks().getFirst();
        double width = scaled(panel, Math.max(0, value));
        svg.rectangle(x, y + 3, width, 13, colour);
        svg.text(x + width + 5, y + 13, "start", "font-size=\"11\"", Figure.of(value, digits));
    }

    private double scaled(Panel panel, double value) {
        double largest = Math.max(panel.largest(), Double.isFinite(reference) ? reference : 0);
        return Plot.MARKS * value / Math.max(largest, 1e-9);
    }
}
