package socketserver.benchmark.race;

import org.jspecify.annotations.Nullable;

import socketserver.benchmark.address.Family;

import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/// This project's servers: each model upon each engine. What an engine cannot do it says itself.
final class OurContestants {
    // Measured: five JVMs on one core compile for half a minute.
    private static final int FORKING_WARM_UPS = 15;

    private OurContestants() {}

    static void join(Lineup lineup, List<String> engines, List<String> javaOptions) {
        for (String engine : engines) {
            lineup.add(of("threading", engine, javaOptions));
            lineup.add(of("selector", engine, javaOptions));
            lineup.add(of("confined", engine, javaOptions));
            lineup.add(of("sync", engine, javaOptions));
            if (engine.equals("linux")) {
                lineup.add(of("forking", engine, javaOptions));
            }
        }
    }

    static void joinGuarded(Lineup lineup, List<String> engines, List<String> javaOptions) {
        for (String engine : engines) {
            for (String model : List.of("threading", "selector")) {
                lineup.add(of("guarded-" + model, engine, javaOptions));
                lineup.add(of("unguarded-" + model, engine, javaOptions));
            }
        }
    }

    private static Contestant of(String model, String engine, List<String> javaOptions) {
        List<String> options =
                Stream.concat(Stream.of("-Dsocketserver.engine=" + engine), javaOptions.stream())
                        .toList();
        return new Contestant(
                "socketserver-" + model + "-" + engine,
                EnumSet.allOf(Family.class),
                objection(model),
                model.equals("forking") ? FORKING_WARM_UPS : 1,
                true,
                start -> JavaPeers.command(model, options, start));
    }

    private static Function<Workload, @Nullable String> objection(String model) {
        return switch (model) {
            case "sync" -> OurContestants::oneByOne;
            case "forking" -> OurContestants::tooManyProcesses;
            default -> _ -> null;
        };
    }

    /// {@return what keeps servers with a process for each connection from a workload}
    static @Nullable String tooManyProcesses(Workload workload) {
        return workload == Workload.CCR || workload == Workload.TLSCCR
                ? null
                : "a process for each connection: ccr alone is fair";
    }

    /// {@return what keeps servers without concurrency from a workload}
    static @Nullable String oneByOne(Workload workload) {
        return workload.needsConcurrency() ? "serves one connection after the other" : null;
    }
}
