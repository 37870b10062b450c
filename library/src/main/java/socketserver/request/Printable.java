package socketserver.request;

/// Text of a client's that is shown on a line of a message or a log.
final class Printable {
    private Printable() {}

    /// {@return the text with `\xNN` in the place of whatever would end the line, or control the
    /// terminal that shows it}
    static String of(String text) {
        if (text.codePoints().noneMatch(Printable::isHarmful)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .forEach(
                        each -> {
                            if (isHarmful(each)) {
                                shown.append("\\x%02x".formatted(each));
                            } else {
                                shown.appendCodePoint(each);
                            }
                        });
        return shown.toString();
    }

    private static boolean isHarmful(int each) {
        return switch (Character.getType(each)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    true;
            default -> false;
        };
    }
}
