package socketserver.benchmark.race;

import socketserver.benchmark.address.Family;
import socketserver.benchmark.generator.Order;

import java.io.IOException;
import java.util.List;

/// What idle connections cost: each server, started anew, holds thousands that have asked once.
final class IdleRounds {
    private static final double WARM_SECONDS = 2;

    private IdleRounds() {}

    static void run(Track track, List<Contestant> contestants) throws IOException {
        for (Contestant contestant : contestants) {
            if (!contestant.serves(Workload.C64)) {
                continue;
            }
            track.progress().step("weighing idle connections of " + contestant.name());
            try {
                IdleCost cost = growth(track, contestant, false);
                if (contestant.isJvm()) {
                    double outside = growth(track, contestant, true).resident();
                    cost = new IdleCost(cost.resident(), cost.heap(), outside, cost.kernel());
                }
                track.results().idle().put(contestant.name(), cost);
            } catch (IOException failed) {
                track.missing(contestant.name() + " in idle", failed);
            }
        }
    }

    private static IdleCost growth(Track track, Contestant contestant, boolean touched)
            throws IOException {
        var start = new Contestant.Start(track.free(Family.TCP), true, touched);
        try (ServerProcess server = ServerProcess.start(track, contestant, start)) {
            // Compiled code has smaller frames, and nearly all of what an idle handler costs is its
            // stack.
            for (Workload workload : List.of(Workload.C64, Workload.CCR)) {
                track.generator()
                        .obey(workload.order(server.endpoint(), server.pid(), WARM_SECONDS));
            }
            server.settle();
            boolean isJvm = contestant.isJvm();
            double heap = isJvm ? server.liveHeapBytes() : 0;
            double resident = server.figures().residentBytes();
            double kernel = Machine.kernelBytes();
            int count = track.settings().idleConnections();
            track.generator().obey(order(Order.Mode.HOLD, server, count));
            server.settle();
            resident = server.figures().residentBytes() - resident;
            heap = isJvm ? server.liveHeapBytes() - heap : 0;
            // Both ends of each connection are on this machine.
            kernel = (Machine.kernelBytes() - kernel) / 2;
            track.generator().obey(order(Order.Mode.RELEASE, server, 0));
            return new IdleCost(
                    resident / count, isJvm ? heap / count : null, null, kernel / count);
        }
    }

    private static Order order(Order.Mode mode, ServerProcess server, int count) {
        int size = 64;
        return new Order(mode, server.endpoint(), count, size, 0, 0, server.pid(), 0);
    }
}
