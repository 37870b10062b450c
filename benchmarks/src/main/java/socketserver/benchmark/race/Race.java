package socketserver.benchmark.race;

import socketserver.benchmark.address.Family;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/// Everything that is measured, in its order.
public final class Race {
    /// What is measured besides workloads.
    public enum Extra {
        /// Latencies at a fixed rate.
        OPEN,
        /// System calls.
        CALLS,
        /// The memory of idle connections.
        IDLE,
        /// The time of a start.
        START
    }

    private Race() {}

    /// Measures, and fills the track's results.
    public static void run(Track track, Lineup lineup, Choice choice) throws IOException {
        Set<Extra> extras = choice.extras();
        track.settings().pinThisProcess();
        lineup.missing().forEach(absent -> track.missing(absent.what(), absent.reason()));
        for (Family family : Family.values()) {
            List<Workload> fitting =
                    choice.workloads().stream()
                            .filter(workload -> workload.family() == family)
                            .toList();
            if (!fitting.isEmpty()) {
                race(track, lineup, family, fitting, extras);
            }
        }
        if (extras.contains(Extra.IDLE)) {
            IdleRounds.run(track, lineup.contestants());
        }
        if (extras.contains(Extra.START)) {
            StartRounds.run(track, lineup.contestants());
        }
        track.progress().now("");
    }

    private static void race(
            Track track, Lineup lineup, Family family, List<Workload> workloads, Set<Extra> extras)
            throws IOException {
        try (var servers = RunningServers.start(track, family, workloads, lineup.contestants())) {
            servers.warmUp(workloads);
            Rounds.run(track, servers, workloads);
            if (workloads.contains(Workload.C64)) {
                if (extras.contains(Extra.OPEN)) {
                    OpenLoopRounds.run(track, servers);
                }
                if (extras.contains(Extra.CALLS)) {
                    CallRounds.run(track, servers);
                }
            }
        }
    }
}
