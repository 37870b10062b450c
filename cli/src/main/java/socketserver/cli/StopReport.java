package socketserver.cli;

import java.util.List;

/// What became of the requests that were live when the servers were stopped.
///
/// @param finished how many have finished
/// @param cut the clients of the others
record StopReport(int finished, List<String> cut) {
    private static final int NAMED = 10;

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
