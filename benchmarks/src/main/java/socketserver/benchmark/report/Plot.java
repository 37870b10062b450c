package socketserver.benchmark.report;

import java.util.List;

/// Panels in two columns, whose rows a strategy draws.
final class Plot {
    static final double LABELS = 205;
    static final double MARKS = 200;

    private static final double COLUMN = 490;
    private static final double ROW = 19;
    private static final double HEAD = 44;
    private static final double TOP = 46;
    private static final String OURS = "#0b7285";
    private static final String PEERS = "#868e96";

    /// Draws what is not the same in every plot.
    interface Marks {
        /// Draws what is behind the rows.
        void axis(Svg svg, Panel panel, double x, double y, double height);

        /// Draws the marks of one row.
        void row(Svg svg, Panel panel, Panel.Row row, double x, double y, String colour);
    }

    private Plot() {}

    static String of(String title, List<Panel> panels, Marks marks) {
        Svg svg = new Svg();
        svg.text(16, 28, "start", "font-size=\"17\" font-weight=\"bold\"", title);
        double[] bottoms = {TOP, TOP};
        for (Panel panel : panels) {
            int column = bottoms[0] <= bottoms[1] ? 0 : 1;
            draw(svg, panel, marks, 16 + column * COLUMN, bottoms[column]);
            bottoms[column] += HEAD + panel.rows().size() * ROW + 12;
        }
        double columns = panels.size() > 1 ? 2 : 1;
        return svg.file(16 + columns * COLUMN, Math.max(bottoms[0], bottoms[1]));
    }

    private static void draw(Svg svg, Panel panel, Marks marks, double x, double y) {
        svg.text(x, y + 16, "start", "font-size=\"14\" font-weight=\"bold\"", panel.title());
        svg.text(x + LABELS, y + 16, "start", "font-size=\"11\" fill=\"#495057\"", panel.note());
        double top = y + HEAD;
        marks.axis(svg, panel, x + LABELS, top, panel.rows().size() * ROW);
        for (Panel.Row row : panel.rows()) {
            boolean ours = row.server().startsWith("socketserver");
            String weight = ours ? "font-weight=\"bold\"" : "";
            svg.text(x + LABELS - 8, top + 13, "end", weight, row.server());
            marks.row(svg, panel, row, x + LABELS, top, ours ? OURS : PEERS);
            top += ROW;
        }
    }
}
