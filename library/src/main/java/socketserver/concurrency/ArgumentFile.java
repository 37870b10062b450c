package socketserver.concurrency;

import java.util.ArrayList;
import java.util.List;

/// The argument files of the `java` command (its manual page, "java Command-Line Argument Files").
final class ArgumentFile {
    private final String text;
    private int at;

    private ArgumentFile(String text) {
        this.text = text;
    }

    /// {@return the arguments that are in such a file}
    static List<String> arguments(String text) {
        ArgumentFile file = new ArgumentFile(text);
        List<String> all = new ArrayList<>();
        while (file.skipToArgument()) {
            all.add(file.argument());
        }
        return all;
    }

    private boolean skipToArgument() {
        while (at < text.length()) {
            if (text.charAt(at) == '#') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else {
                return true;
            }
        }
        return false;
    }

    private String argument() {
        StringBuilder argument = new StringBuilder();
        char quote = 0;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (quote == 0 && Character.isWhitespace(c)) {
                break;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            } else if (quote != 0 && c == '\\' && at + 1 < text.length()) {
                at++;
                escaped(argument);
            } else {
                argument.append(c);
            }
        }
        return argument.toString();
    }

    private void escaped(StringBuilder argument) {
        char c = text.charAt(at);
        switch (c) {
            case 'n' -> argument.append('\n');
            case 'r' -> argument.append('\r');
            case 't' -> argument.append('\t');
            case 'f' -> argument.append('\f');
            case '\n' -> {
                // The argument goes on in the next line, behind its blanks.
                while (at + 1 < text.length() && Character.isWhitespace(text.charAt(at + 1))) {
                    at++;
                }
            }
            default -> argument.append(c);
        }
    }
}
