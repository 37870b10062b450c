package socketserver.cli;

import sun.misc.Signal;

import java.util.concurrent.CompletableFuture;

/// The two requests to stop that a process gets by SIGTERM or Ctrl-C: to drain, and then to cut.
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
