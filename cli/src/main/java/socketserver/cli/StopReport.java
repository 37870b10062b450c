package socketserver.cli;

import socketserver.LiveRequest;

import java.util.ArrayList;
import java.util.List;

/// What became of the requests that were live when the servers were stopped.
final class StopReport {
    private static final int NAMED = 10;

    private int finished;
    private final List<String> cut = new ArrayList<>();

    /// Adds what one server reports.
    void add(Family family, int finished, List<LiveRequest> cut) {
        this.finished += finished;
        for (LiveRequest request : cut) {
            this.cut.add(family.scheme() + " " + AddressText.of(request.client()));
        }
    }

    /// Says how many requests have finished, if the servers have counted fewer.
    void finishAtLeast(int count) {
        finished = Math.max(finished, count);
    }

    /// {@return how many were cut}
    int cut() {
        return cut.size();
    }

    /// {@return one line: `stopped: 3 finished, 1 cut (tcp 127.0.0.1:40212)`}
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("stopped: ");
        text.append(finished).append(" finished, ").append(cut.size()).append(" cut");
        if (!cut.isEmpty()) {
            text.append(" (")
                    .append(String.join(", ", cut.subList(0, Math.min(NAMED, cut.size()))));
            if (cut.size() > NAMED) {
                text.append(" and ").append(cut.size() - NAMED).append(" more");
            }
            text.append(')');
        }
        return text.toString();
    }
}
