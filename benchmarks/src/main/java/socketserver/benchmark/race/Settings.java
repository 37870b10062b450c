package socketserver.benchmark.race;

import java.nio.file.Path;
import java.util.List;

/// How the race is run.
///
/// @param rounds how often each server is asked in each workload
/// @param windowSeconds how long each time
/// @param starts how often each server is started to measure that
/// @param idleConnections how many connections are held to weigh them
/// @param serverCore the core of all servers
/// @param generatorCore the core of the load generator
/// @param seed of the random order in which the servers are asked
/// @param module the folder of this module, where sources are found and programs are built
public record Settings(
        int rounds,
        double windowSeconds,
        int starts,
        int idleConnections,
        int serverCore,
        int generatorCore,
        long seed,
        Path module) {
    /// {@return a command that runs on that core only}
    static List<String> pinned(int core, List<String> command) {
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("taskset", "-c", Integer.toString(core)),
                        command.stream())
                .toList();
    }

    /// {@return where everything that is made goes}
    Path target() {
        return module.resolve("target");
    }
}
