package socketserver.benchmark.race;

import socketserver.benchmark.generator.Window;

import java.io.IOException;
import java.util.ArrayList;

/// Latencies at a load that each server can bear: a fixed rate, a part of its own peak.
final class OpenLoopRounds {
    private static final Workload WORKLOAD = Workload.C64;
    private static final double PART_OF_PEAK = 0.7;
    private static final double WINDOW_SECONDS = 1;

    private OpenLoopRounds() {}

    static void run(Track track, RunningServers servers) throws IOException {
        int rounds = track.settings().rounds();
        // At full load the JVMs' compilers hardly come to their turn on the one core: what is
        // left to compile would be most of the tail. A window that long is not counted.
        round(track, servers, "warming up by the open loop", rounds, false);
        for (int round = 1; round <= rounds; round++) {
            String step = "open loop, round %d of %d".formatted(round, rounds);
            round(track, servers, step, WINDOW_SECONDS, true);
        }
    }

    private static void round(
            Track track, RunningServers servers, String step, double seconds, boolean counts)
            throws IOException {
        track.progress().step(step);
        for (ServerProcess server : servers.shuffled(WORKLOAD)) {
            var closed = track.results().of(WORKLOAD).get(server.name());
            if (closed == null) {
                continue;
            }
            // The median of the closed loop: its best may be more than the machine has now.
            double peak = Median.of(closed.values().stream().mapToDouble(Window::rate));
            track.progress().now(step + ": " + server.name());
            window(track, server, PART_OF_PEAK * peak, seconds, counts);
        }
    }

    private static void window(
            Track track, ServerProcess server, double rate, double seconds, boolean counts)
            throws IOException {
        try {
            Window window =
                    track.generator()
                            .count(
                                    WORKLOAD.orderAtRate(
                                            server.endpoint(), server.pid(), seconds, rate));
            if (counts) {
                track.results()
                        .fixedRates()
                        .computeIfAbsent(server.name(), _ -> new FixedRate(rate, new ArrayList<>()))
                        .windows()
                        .add(window);
            }
        } catch (IOException failed) {
            track.missing(server.name() + " in the open loop", failed);
        }
        server.settle();
    }
}
