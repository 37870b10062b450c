package socketserver.cli;

import org.jspecify.annotations.Nullable;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;

/// Standard error, with a line at its bottom that is drawn again and again.
final class Terminal {
    private static final String CLEAR_LINE = "\r\033[K";

    // Guarded by the class.
    private static boolean drawn;

    private Terminal() {}

    /// Prints a line, above the status line if there is one.
    ///
    /// @param thrown whose stack trace follows, if any
    static synchronized void println(String line, @Nullable Throwable thrown) {
        PrintStream err = System.err;
        clear(err);
        err.println(plain(line));
        if (thrown != null) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            trace.toString().lines().map(Terminal::plain).forEach(err::println);
        }
        err.flush();
    }

    /// {@return the line without what could control the terminal: a part of it may be a client's}
    private static String plain(String line) {
        return line.replaceAll("[\\p{Cc}\\p{Cf}&&[^\\t\n]]", "?");
    }

    /// Draws the status line in the place of the last one.
    static synchronized void draw(String status) {
        System.err.print(CLEAR_LINE + status);
        System.err.flush();
        drawn = true;
    }

    /// Takes the status line away.
    static synchronized void clear() {
        clear(System.err);
        System.err.flush();
    }

    private static void clear(PrintStream err) {
        if (drawn) {
            err.print(CLEAR_LINE);
            drawn = false;
        }
    }
}
