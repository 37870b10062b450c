package socketserver.benchmark.race;

/// Something that was not measured.
///
/// @param what a server, or a server and a workload
public record Missing(String what, String reason) {}
