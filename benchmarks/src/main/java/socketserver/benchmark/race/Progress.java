package socketserver.benchmark.race;

import java.io.Console;
import java.io.PrintStream;

/// What a terminal shows while the race runs: one line that changes, and lines that stay.
public final class Progress {
    private static final String ERASE_LINE = "\r\033[K";

    private final PrintStream out;
    private final boolean terminal;

    /// Makes one that prints there.
    @SuppressWarnings("SystemConsoleNull") // from 25 on it is null again where there is no terminal
    public Progress(PrintStream out) {
        this.out = out;
        Console console = System.console();
        terminal = console != null && console.isTerminal();
    }

    /// Shows what happens now, on a terminal only.
    void now(String text) {
        if (terminal) {
            out.print(ERASE_LINE + text);
            out.flush();
        }
    }

    /// Shows a step, on a terminal only until the next.
    void step(String text) {
        if (terminal) {
            now(text);
        } else {
            say(text);
        }
    }

    /// Prints a line that stays.
    public void say(String text) {
        out.println(terminal ? ERASE_LINE + text : text);
        out.flush();
    }
}
