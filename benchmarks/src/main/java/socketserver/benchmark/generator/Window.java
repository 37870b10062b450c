package socketserver.benchmark.generator;

/// What was counted in one window.
///
/// @param requests how many were answered
/// @param all how many were answered with those of the warm-up
/// @param serverCpuSeconds of the server's process, in the kernel's ticks of 10 ms
/// @param failed how many connections came to nothing
/// @param lost how many datagrams had no answer and were sent anew
public record Window(
        long requests,
        long all,
        double seconds,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        double serverCpuSeconds,
        double generatorCpuSeconds,
        long failed,
        long lost) {
    /// {@return requests per second}
    public double rate() {
        return requests / seconds;
    }
}
