package socketserver.benchmark.race;

import socketserver.benchmark.generator.Window;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/// System calls for each request: a figure that does not depend on the machine's mood.
final class CallRounds {
    private static final double SECONDS = 1;
    // Rarer ones are housekeeping.
    private static final double LEAST = 0.005;

    private CallRounds() {}

    static void run(Track track, RunningServers servers) throws IOException {
        var counter = CallCounter.working(track.settings().target().resolve("calls.txt"));
        if (counter.isEmpty()) {
            track.missing("system calls", "neither perf stat nor strace works here");
            return;
        }
        for (ServerProcess server : servers.shuffled(Workload.C64)) {
            track.progress().step("counting the system calls of " + server.name());
            try {
                track.results()
                        .calls()
                        .put(server.name(), perRequest(track, counter.get(), server));
            } catch (IOException failed) {
                track.missing("system calls of " + server.name(), failed);
            }
            server.settle();
        }
    }

    private static Map<String, Double> perRequest(
            Track track, CallCounter counter, ServerProcess server) throws IOException {
        Window[] window = new Window[1];
        var order = Workload.C64.order(server.endpoint(), server.pid(), SECONDS);
        Map<String, Long> counts =
                counter.count(server.pid(), () -> window[0] = track.generator().count(order));
        Map<String, Double> perRequest = new TreeMap<>();
        counts.forEach(
                (name, count) -> {
                    double part = (double) count / window[0].all();
                    if (part >= LEAST) {
                        perRequest.put(name, part);
                    }
                });
        return perRequest;
    }
}
