package socketserver.benchmark.race;

import socketserver.benchmark.address.Family;
import socketserver.benchmark.generator.Order;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// The servers of one family, all alive at once: those that wait cost nothing.
final class RunningServers implements AutoCloseable {
    private final Track track;
    private final Family family;
    private final List<ServerProcess> servers = new ArrayList<>();
    private final Random random;

    private RunningServers(Track track, Family family) {
        this.track = track;
        this.family = family;
        random = new Random(track.settings().seed());
    }

    /// Starts all that serve one of the workloads; names those that do not, with the reason.
    static RunningServers start(
            Track track, Family family, List<Workload> workloads, List<Contestant> contestants)
            throws IOException {
        RunningServers all = new RunningServers(track, family);
        try {
            for (Contestant contestant : contestants) {
                all.nameWhatIsLeftOut(contestant, workloads);
                if (workloads.stream().anyMatch(contestant::serves)) {
                    all.start(contestant);
                }
            }
            return all;
        } catch (IOException | RuntimeException failed) {
            all.close();
            throw failed;
        }
    }

    Family family() {
        return family;
    }

    private void nameWhatIsLeftOut(Contestant contestant, List<Workload> workloads) {
        if (!contestant.families().contains(family)) {
            track.missing(
                    contestant.name() + " (" + family + ")",
                    "it has none, or the benchmark has none of it");
            return;
        }
        for (Workload workload : workloads) {
            String objection = contestant.objection().apply(workload);
            if (objection != null) {
                track.missing(contestant.name() + " in " + workload, objection);
            }
        }
    }

    private void start(Contestant contestant) throws IOException {
        track.progress().step("starting " + contestant.name() + " (" + family + ")");
        try {
            Contestant.Start start = Contestant.Start.at(track.free(family));
            servers.add(ServerProcess.start(track, contestant, start));
        } catch (IOException failed) {
            track.missing(contestant.name() + " (" + family + ")", failed);
        }
    }

    /// {@return those of them that live and serve that, in random order}
    List<ServerProcess> shuffled(Workload workload) {
        List<ServerProcess> fitting = new ArrayList<>();
        for (ServerProcess server : List.copyOf(servers)) {
            if (!server.isAlive()) {
                servers.remove(server);
                track.missing(server.name() + " (" + family + ")", "died, see its log");
            } else if (server.contestant().serves(workload)) {
                fitting.add(server);
            }
        }
        Collections.shuffle(fitting, random);
        return fitting;
    }

    /// Lets every JVM, the generator's too, compile what it is going to need.
    void warmUp(List<Workload> workloads) throws IOException {
        for (Workload workload : workloads) {
            track.progress().step("warming up by " + workload);
            double seconds = workload.compileSeconds(workload.equals(workloads.getFirst()));
            for (ServerProcess server : shuffled(workload)) {
                track.progress().now("warming up " + server.name() + " by " + workload);
                double all = seconds * server.contestant().warmUps();
                Order order = workload.order(server.endpoint(), server.pid(), all);
                try {
                    track.generator().obey(order);
                } catch (IOException failed) {
                    track.missing(server.name() + " in " + workload, failed);
                }
                server.settle();
            }
        }
    }

    @Override
    public void close() {
        servers.forEach(ServerProcess::close);
        servers.clear();
    }
}
