package socketserver.benchmark.race;

import org.jspecify.annotations.Nullable;

import socketserver.benchmark.address.Endpoint;
import socketserver.benchmark.address.Family;

import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// A server that may take part.
///
/// @param families over which sockets it serves
/// @param objection why it does not take part in a workload, or null if it does
/// @param warmUps for how many times as long as a single JVM it is asked before anything counts
/// @param isJvm whether it is a [socketserver.benchmark.server.Main]
/// @param command what starts it
public record Contestant(
        String name,
        Set<Family> families,
        Function<Workload, @Nullable String> objection,
        int warmUps,
        boolean isJvm,
        Function<Start, List<String>> command) {
    /// Makes one that is a single process.
    public Contestant(
            String name,
            Set<Family> families,
            Function<Workload, @Nullable String> objection,
            boolean isJvm,
            Function<Start, List<String>> command) {
        this(name, families, objection, 1, isJvm, command);
    }

    /// How a server is to be started.
    ///
    /// @param small whether the buffers that it holds for each connection shall be small
    /// @param touched whether a JVM shall touch all of its heap at its start, so that it can grow
    ///   elsewhere only
    record Start(Endpoint endpoint, boolean small, boolean touched) {
        static Start at(Endpoint endpoint) {
            return new Start(endpoint, false, false);
        }
    }

    boolean serves(Workload workload) {
        return families.contains(workload.family()) && objection.apply(workload) == null;
    }
}
