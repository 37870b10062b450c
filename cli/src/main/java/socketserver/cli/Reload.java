package socketserver.cli;

import socketserver.ServiceNotifier;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// What SIGHUP lets the command read again while it serves.
///
/// All is added before the signal is taken.
final class Reload {
    private final ServiceNotifier manager;
    private final Map<String, Action> actions = new LinkedHashMap<>();

    Reload(ServiceNotifier manager) {
        this.manager = manager;
    }

    /// Something that is read again; what it had before stays in force if it fails.
    interface Action {
        /// Reads it.
        ///
        /// @return what is in force now, in a line
        String run() throws WrongArgumentException, IOException;
    }

    /// Adds something to be read again.
    ///
    /// @param what its name in messages
    void add(String what, Action action) {
        actions.put(what, action);
    }

    /// Takes the signal, if there is something to read: otherwise it keeps its meaning, which is
    /// the end.
    void begin() {
        if (!actions.isEmpty()) {
            Signals.on("HUP", this::run);
        }
    }

    private synchronized void run() {
        manager.reloading();
        actions.forEach(Reload::run);
        manager.ready();
    }

    private static void run(String what, Action action) {
        try {
            Terminal.println("reload: " + what + ": " + action.run(), null);
        } catch (WrongArgumentException | IOException | RuntimeException failed) {
            Terminal.println(
                    "reload failed: %s stay as they are: %s".formatted(what, failed.getMessage()),
                    null);
        }
    }
}
