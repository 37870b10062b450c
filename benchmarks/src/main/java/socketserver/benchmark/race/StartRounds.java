package socketserver.benchmark.race;

import socketserver.benchmark.address.Family;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;

/// How long a server takes from the start of its process to the first byte that it serves.
final class StartRounds {
    private StartRounds() {}

    static void run(Track track, List<Contestant> contestants) throws IOException {
        List<Contestant> starters = new ArrayList<>();
        for (Contestant contestant : contestants) {
            // A server without concurrency starts as its concurrent sister does.
            if (contestant.serves(Workload.C64)) {
                starters.add(contestant);
            }
        }
        commandLine(track, starters);
        Random random = new Random(track.settings().seed());
        for (int round = 0; round < track.settings().starts(); round++) {
            track.progress().step("starting all, round " + (round + 1));
            Collections.shuffle(starters, random);
            for (Contestant contestant : List.copyOf(starters)) {
                track.progress().now("starting " + contestant.name() + ", " + (round + 1));
                try {
                    track.results()
                            .starts()
                            .computeIfAbsent(contestant.name(), _ -> new ArrayList<>())
                            .add(millis(track, contestant));
                } catch (IOException failed) {
                    starters.remove(contestant);
                    track.results().starts().remove(contestant.name());
                    track.missing(contestant.name() + " in start", failed);
                }
            }
        }
    }

    private static double millis(Track track, Contestant contestant) throws IOException {
        Contestant.Start start = Contestant.Start.at(track.free(Family.TCP));
        long begin = System.nanoTime();
        try (var _ = ServerProcess.start(track, contestant, start)) {
            return (System.nanoTime() - begin) / 1e6;
        }
    }

    /// Adds the command line with its launcher, which has a cache of its own and makes it here.
    private static void commandLine(Track track, List<Contestant> starters) {
        Path launcher = track.settings().module().resolveSibling("socketserver");
        String name = "socketserver-command";
        if (!Files.isExecutable(launcher)) {
            track.missing(name, "there is no " + launcher);
            return;
        }
        try {
            Programs.run(List.of(launcher.toString(), "--version"));
            starters.add(
                    new Contestant(
                            name,
                            EnumSet.of(Family.TCP),
                            _ -> null,
                            false,
                            start -> command(launcher, start)));
        } catch (IOException failed) {
            track.missing(name, failed);
        }
    }

    private static List<String> command(Path launcher, Contestant.Start start) {
        String address = "tcp://127.0.0.1:" + start.endpoint().place();
        return List.of(launcher.toString(), "serve", address, "--handler", "echo");
    }
}
