package socketserver.benchmark.race;

import socketserver.benchmark.generator.Window;

import java.io.IOException;
import java.util.List;

/// The race itself: in every round each server gets one short window in each workload, in random
/// order, so that the machine's moods meet all of them alike.
final class Rounds {
    private Rounds() {}

    static void run(Track track, RunningServers servers, List<Workload> workloads)
            throws IOException {
        Settings settings = track.settings();
        for (int round = 1; round <= settings.rounds(); round++) {
            String where = ": round %d of %d ".formatted(round, settings.rounds());
            for (Workload workload : workloads) {
                for (ServerProcess server : servers.shuffled(workload)) {
                    track.progress().now(workload + where + server.name());
                    window(track, server, workload, round);
                }
            }
            track.progress().step(servers.family() + where + "done");
        }
    }

    private static void window(Track track, ServerProcess server, Workload workload, int round)
            throws IOException {
        try {
            Window window =
                    track.generator()
                            .count(
                                    workload.order(
                                            server.endpoint(),
                                            server.pid(),
                                            workload.windowSeconds(
                                                    track.settings().windowSeconds())));
            track.results().add(workload, server.name(), round, window);
        } catch (IOException failed) {
            track.missing("%s in %s, round %d".formatted(server.name(), workload, round), failed);
        }
        server.settle();
    }
}
