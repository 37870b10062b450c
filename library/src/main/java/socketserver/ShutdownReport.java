package socketserver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What came of a [BaseServer#shutdown(Drain)].
///
/// @param finished how many requests that were live at its beginning ended by themselves, or
///   because they were idle
/// @param cut the requests that were still live at the end of the time and were closed then
/// @param stuck those of them whose handlers did not end a second later
/// @param took how long it took
public record ShutdownReport(
        int finished, List<LiveRequest> cut, List<Stuck> stuck, Duration took) {
    /// A request whose handler does not end though the request was closed.
    ///
    /// @param request the request, which has its client
    /// @param stack what its thread was doing
    public record Stuck(LiveRequest request, List<StackTraceElement> stack) {
        /// Takes the values as they are.
        public Stuck {
            stack = List.copyOf(stack);
        }
    }

    /// Takes the values as they are.
    public ShutdownReport {
        cut = List.copyOf(cut);
        stuck = List.copyOf(stuck);
    }

    /// {@return one report of several that have ended together}
    static ShutdownReport of(List<ShutdownReport> reports) {
        int finished = 0;
        List<LiveRequest> cut = new ArrayList<>();
        List<Stuck> stuck = new ArrayList<>();
        Duration took = Duration.ZERO;
        for (ShutdownReport report : reports) {
            finished += report.finished();
            cut.addAll(report.cut());
            stuck.addAll(report.stuck());
            took = took.compareTo(report.took()) < 0 ? report.took() : took;
        }
        return new ShutdownReport(finished, cut, stuck, took);
    }
}
