package socketserver.benchmark.race;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

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
        Stream<String> taskset = Stream.of("taskset", "-c", Integer.toString(core));
        return Stream.concat(taskset, command.stream()).toList();
    }

    /// Keeps this process away from the servers' core.
    ///
    /// @throws IOException if it cannot be pinned: then nothing could be, and figures were nonsense
    void pinThisProcess() throws IOException {
        String pid = Long.toString(ProcessHandle.current().pid());
        Programs.run(List.of("taskset", "-a", "-c", "-p", Integer.toString(generatorCore), pid));
    }

    /// {@return where everything that is made goes}
    Path target() {
        return module.resolve("target");
    }
}
