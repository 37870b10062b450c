package socketserver.benchmark.race;

import org.jspecify.annotations.Nullable;

import socketserver.benchmark.address.Family;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;

/// This project's servers: each model upon each engine. What an engine cannot do it says itself.
final class OurContestants {
    private OurContestants() {}

    static void join(Lineup lineup, List<String> engines, List<String> javaOptions) {
        for (String engine : engines) {
            lineup.add(of("threading", engine, javaOptions));
            lineup.add(of("sync", engine, javaOptions));
        }
    }

    private static Contestant of(String model, String engine, List<String> javaOptions) {
        List<String> options =
                Stream.concat(Stream.of("-Dsocketserver.engine=" + engine), javaOptions.stream())
                        .toList();
        return new Contestant(
                "socketserver-" + model + "-" + engine,
                EnumSet.allOf(Family.class),
                model.equals("sync") ? OurContestants::oneByOne : _ -> null,
                true,
                start -> JavaPeers.command(model, options, start));
    }

    /// {@return what keeps servers without concurrency from a workload}
    static @Nullable String oneByOne(Workload workload) {
        return workload.needsConcurrency() ? "serves one connection after the other" : null;
    }
}
