package socketserver.benchmark.race;

/// What one idle connection costs, in bytes.
///
/// @param resident by how much the process grew; of a JVM with what lay around in its heap
/// @param heap live heap after a collection; 0 where there is none to ask
/// @param outside by how much a JVM grew whose heap was there from the start; 0 where there is none
public record IdleCost(double resident, double heap, double outside) {}
