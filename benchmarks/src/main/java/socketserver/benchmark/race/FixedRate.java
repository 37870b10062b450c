package socketserver.benchmark.race;

import socketserver.benchmark.generator.Window;

import java.util.List;

/// What came of an open loop.
///
/// @param rate how many requests were due each second
/// @param windows what was counted
public record FixedRate(double rate, List<Window> windows) {
    /// {@return the median over the windows of the time within which 99 % were answered}
    public double p99Micros() {
        return Median.of(windows.stream().mapToDouble(Window::p99Micros));
    }

    /// {@return the same for 50 %}
    public double p50Micros() {
        return Median.of(windows.stream().mapToDouble(Window::p50Micros));
    }

    /// {@return the same for 99.9 %}
    public double p999Micros() {
        return Median.of(windows.stream().mapToDouble(Window::p999Micros));
    }

    /// {@return the median of the part of a core that the server used}
    public double serverLoad() {
        return Median.of(
                windows.stream()
                        .mapToDouble(window -> window.serverCpuSeconds() / window.seconds()));
    }
}
