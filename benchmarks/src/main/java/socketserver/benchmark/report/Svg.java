package socketserver.benchmark.report;

import java.util.Locale;

/// A drawing that grows by its elements.
final class Svg {
    private final StringBuilder elements = new StringBuilder();

    private void add(String element) {
        elements.append(element).append('\n');
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    void rectangle(double x, double y, double width, double height, String colour) {
        add(
                "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>"
                        .formatted(number(x), number(y), number(width), number(height), colour));
    }

    void line(double x1, double y1, double x2, double y2, String colour) {
        add(
                "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\"/>"
                        .formatted(number(x1), number(y1), number(x2), number(y2), colour));
    }

    void dot(double x, double y, String colour) {
        add(
                "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\"/>"
                        .formatted(number(x), number(y), colour));
    }

    /// Writes text.
    ///
    /// @param anchor `start`, `middle` or `end`
    /// @param style more attributes
    void text(double x, double y, String anchor, String style, String text) {
        add(
                "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" %s>%s</text>"
                        .formatted(
                                number(x),
                                number(y),
                                anchor,
                                style,
                                text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    /// {@return the whole file}
    String file(double width, double height) {
        return """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$s" height="%2$s" viewBox="0 0 %1$s %2$s"
            font-family="sans-serif" font-size="12">
        <rect width="100%%" height="100%%" fill="white"/>
        %3$s</svg>
        """
                .formatted(number(width), number(height), elements);
    }
}
