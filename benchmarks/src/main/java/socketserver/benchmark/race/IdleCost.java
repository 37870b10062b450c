package socketserver.benchmark.race;

import org.jspecify.annotations.Nullable;

/// What one idle connection costs, in bytes.
///
/// @param resident by how much the process grew; of a JVM with what lay around in its heap
/// @param heap live heap after a collection, of a JVM
/// @param outside by how much a JVM grew whose heap was there from the start
/// @param kernel what the kernel has for the server's end
public record IdleCost(
        double resident,
        @Nullable Double heap,
        @Nullable Double outside,
        @Nullable Double kernel) {}
