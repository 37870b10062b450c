package socketserver.benchmark.race;

import socketserver.benchmark.generator.Window;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// Where a server stands in a workload.
///
/// @param rate median of requests per second
/// @param best of them
/// @param toC against the reference in C
/// @param toNetty against Netty on epoll
/// @param cpuMicros the server's CPU time for one request, over all windows together, since the
///   kernel counts in ticks of 10 ms
/// @param generatorLoad how much of its core the generator used: near 1, it was the limit
/// @param lost packets without an answer, and connections that came to nothing, in all
public record Standing(
        String server,
        double rate,
        double best,
        Comparison toC,
        Comparison toNetty,
        double cpuMicros,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        double generatorLoad,
        long lost) {
    /// The name of the reference in C.
    public static final String C = "c";

    /// The name of Netty on epoll.
    public static final String NETTY = "netty-epoll";

    /// {@return how all servers stand in a workload, the fastest first}
    public static List<Standing> in(Results results, Workload workload) {
        var windows = results.of(workload);
        var c = windows.getOrDefault(C, Map.of());
        var netty = windows.getOrDefault(NETTY, Map.of());
        return windows.entrySet().stream()
                .map(entry -> of(entry.getKey(), entry.getValue(), c, netty))
                .sorted(Comparator.comparingDouble(Standing::rate).reversed())
                .toList();
    }

    private static Standing of(
            String server,
            Map<Integer, Window> windows,
            Map<Integer, Window> c,
            Map<Integer, Window> netty) {
        return new Standing(
                server,
                median(windows, Window::rate),
                Comparison.best(windows),
                Comparison.of(windows, c),
                Comparison.of(windows, netty),
                1e6 * sum(windows, Window::serverCpuSeconds) / sum(windows, Window::requests),
                median(windows, Window::p50Micros),
                median(windows, Window::p99Micros),
                median(windows, Window::p999Micros),
                sum(windows, Window::generatorCpuSeconds) / sum(windows, Window::seconds),
                (long) sum(windows, window -> window.failed() + window.lost()));
    }

    private static double median(Map<Integer, Window> of, ToDoubleFunction<Window> figure) {
        return Median.of(of.values().stream().mapToDouble(figure));
    }

    private static double sum(Map<Integer, Window> of, ToDoubleFunction<Window> figure) {
        return of.values().stream().mapToDouble(figure).sum();
    }
}
