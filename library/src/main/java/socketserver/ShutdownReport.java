package socketserver;

import java.time.Duration;
import java.util.List;

/// What came of a [BaseServer#shutdown(Duration)].
///
/// @param finished how many requests that were live at its beginning ended by themselves
/// @param cut the requests that were still live at the deadline and were ended then
/// @param took how long it took
public record ShutdownReport(int finished, List<LiveRequest> cut, Duration took) {
    /// Takes the values as they are.
    public ShutdownReport {
        cut = List.copyOf(cut);
    }
}
