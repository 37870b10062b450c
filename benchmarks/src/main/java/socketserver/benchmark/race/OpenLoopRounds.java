package socketserver.benchmark.race;

import socketserver.benchmark.generator.Window;

import java.io.IOException;
import java.util.ArrayList;

/// Latencies at a load that each server can bear: a fixed rate, a part of its own peak.
final class OpenLoopRounds {
    private static final double PART_OF_PEAK = 0.7;
    private static final double WINDOW_SECONDS = 1;

    private OpenLoopRounds() {}

    static void run(Track track, RunningServers servers) throws IOException {
        Workload workload = Workload.C64;
        int rounds = Math.ceilDiv(track.settings().rounds(), 2);
        for (int round = 1; round <= rounds; round++) {
            track.progress().step("open loop, round %d of %d".formatted(round, rounds));
            for (ServerProcess server : servers.shuffled(workload)) {
                var closed = track.results().of(workload).get(server.name());
                if (closed == null) {
                    continue;
                }
                // The median of the closed loop: its best may be more than the machine has now.
                double peak = Median.of(closed.values().stream().mapToDouble(Window::rate));
                track.progress()
                        .now("open loop %d of %d: %s".formatted(round, rounds, server.name()));
                window(track, server, workload, PART_OF_PEAK * peak);
            }
        }
    }

    private static void window(Track track, ServerProcess server, Workload workload, double rate)
            throws IOException {
        try {
            Window window =
                    track.generator()
                            .count(
                                    workload.orderAtRate(
                                            server.endpoint(), server.pid(), WINDOW_SECONDS, rate));
            track.results()
                    .fixedRates()
                    .computeIfAbsent(server.name(), _ -> new FixedRate(rate, new ArrayList<>()))
                    .windows()
                    .add(window);
        } catch (IOException failed) {
            track.missing(server.name() + " in the open loop", failed);
        }
        server.settle();
    }
}
