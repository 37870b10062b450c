package socketserver.cli;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.text.MessageFormat;
import java.util.ResourceBundle;

/// Logs to standard error, a line for each message: the JDK's own logging would take two, and
/// longer to start than all else.
///
/// Messages below INFO are not shown. A stack trace is, but for input and output that has failed.
public final class StderrLoggerFinder extends System.LoggerFinder {
    /// Makes the finder; the JDK calls it.
    public StderrLoggerFinder() {}

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new StderrLogger(name);
    }

    private record StderrLogger(String name) implements System.Logger {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            return level.getSeverity() >= Level.INFO.getSeverity();
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                String message,
                @Nullable Throwable thrown) {
            if (!isLoggable(level)) {
                return;
            }
            StringBuilder text =
                    new StringBuilder(level.getName().toLowerCase(java.util.Locale.ROOT));
            text.append(": ").append(message);
            if (thrown != null) {
                text.append(": ").append(thrown);
            }
            Terminal.println(text.toString(), thrown instanceof IOException ? null : thrown);
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                String format,
                @Nullable Object... values) {
            if (isLoggable(level)) {
                boolean formatted = values.length > 0;
                log(
                        level,
                        bundle,
                        formatted ? MessageFormat.format(format, values) : format,
                        (Throwable) null);
            }
        }
    }
}
