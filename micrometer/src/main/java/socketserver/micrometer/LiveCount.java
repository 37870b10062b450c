package socketserver.micrometer;

import socketserver.BaseServer;
import socketserver.LiveRequest;
import socketserver.request.Request;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// How many requests of a server are live, without its table being copied.
///
/// A number alone would not do: a listener is told of ends whose beginnings it was not told of,
/// even of requests that have left the table before it was added. Any thread may call its methods.
final class LiveCount {
    // Those of whose beginning it was told.
    private final Set<Request> told = ConcurrentHashMap.newKeySet();
    // Those that were in the table before.
    private final Set<LiveRequest> untold = ConcurrentHashMap.newKeySet();

    /// Counts those, too, that had begun before; called once, when it is told of all that happens.
    void addLiveIn(BaseServer<?> server) {
        untold.addAll(server.requests());
        if (untold.isEmpty()) {
            return;
        }
        // What is told from now on finds them here; what was told just before, it has not found.
        Set<LiveRequest> still = Set.copyOf(server.requests());
        untold.removeIf(row -> told.contains(row.request()) || !still.contains(row));
    }

    void opened(LiveRequest row) {
        told.add(row.request());
        forget(row);
    }

    void closed(LiveRequest row) {
        told.remove(row.request());
        forget(row);
    }

    private void forget(LiveRequest row) {
        if (!untold.isEmpty()) {
            untold.remove(row);
        }
    }

    /// {@return how many are live}
    int count() {
        // Of one that was refused when it had been verified nothing more is told.
        untold.removeIf(row -> row.state() == LiveRequest.State.CLOSED);
        return told.size() + untold.size();
    }
}
