package socketserver.cli;

import sun.misc.Signal;

import java.util.concurrent.CompletableFuture;

/// What a process is asked for by signals: to stop, by SIGTERM or Ctrl-C, at first to drain and
/// then to cut; and whatever else is set.
///
/// The only class that uses `sun.misc.Signal`; docs/adr/0003-signals-in-the-command-line.md says
/// why.
final class Signals {
    private final CompletableFuture<String> first = new CompletableFuture<>();
    private final CompletableFuture<String> second = new CompletableFuture<>();

    private Signals() {}

    /// Takes the two signals over from the JVM, which would end at once.
    ///
    /// One that the process was started to ignore, as `nohup` and background jobs are, stays
    /// ignored.
    static Signals taken() {
        Signals signals = new Signals();
        Signal.handle(new Signal("TERM"), signals::came);
        Signal.handle(new Signal("INT"), signals::came);
        return signals;
    }

    /// Lets another signal do something from now on, on a thread of its own; does nothing where
    /// there is no such signal, or the JVM takes none (`-Xrs`).
    ///
    /// @param name its name without `SIG`
    static void on(String name, Runnable action) {
        try {
            Signal.handle(new Signal(name), _ -> action.run());
        } catch (IllegalArgumentException none) {
            // Then nobody can send it.
        }
    }

    private void came(Signal signal) {
        if (!first.complete(signal.getName())) {
            second.complete(signal.getName());
        }
    }

    /// {@return what the first signal completes, with its name}
    CompletableFuture<String> first() {
        return first;
    }

    /// {@return what the second signal completes, with its name}
    CompletableFuture<String> second() {
        return second;
    }
}
