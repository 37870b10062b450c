package socketserver.cli;

import org.jspecify.annotations.Nullable;

import java.io.PrintStream;

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
        err.println(line);
        if (thrown != null) {
            thrown.printStackTrace(err);
        }
        err.flush();
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
