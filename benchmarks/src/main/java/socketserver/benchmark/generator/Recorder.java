package socketserver.benchmark.generator;

import com.sun.management.OperatingSystemMXBean;

import org.HdrHistogram.Histogram;

import java.lang.management.ManagementFactory;

/// Counts what happens inside a window, after a warm-up that is not counted.
final class Recorder {
    private static final long LONGEST_NANOS = 60_000_000_000L;
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private final long warmNanos;
    private final long nanos;
    private final ProcessFigures server;
    private final Histogram latencies = new Histogram(LONGEST_NANOS, 3);
    private long from;
    private long until;
    private boolean counting;
    private long begun;
    private double serverCpu;
    private double ownCpu;
    private long ended;
    private long all;
    private long failed;
    private long lost;

    Recorder(Order order) {
        warmNanos = (long) (order.warmSeconds() * 1e9);
        nanos = (long) (order.seconds() * 1e9);
        server = new ProcessFigures(order.pid());
    }

    void start(long now) {
        from = now + warmNanos;
        until = from + nanos;
    }

    /// Begins to count when it is time for that.
    ///
    /// @return whether the window has not ended
    boolean goesOn(long now) {
        if (!counting && now >= from) {
            counting = true;
            latencies.reset();
            failed = 0;
            lost = 0;
            serverCpu = server.cpuSeconds();
            ownCpu = SYSTEM.getProcessCpuTime() / 1e9;
            begun = now;
            // A machine that stalled through the warm-up shall not take from the window too.
            until = now + nanos;
        }
        if (now < until) {
            return true;
        }
        ended = now;
        serverCpu = server.cpuSeconds() - serverCpu;
        ownCpu = SYSTEM.getProcessCpuTime() / 1e9 - ownCpu;
        return false;
    }

    void answered(long latencyNanos) {
        all++;
        latencies.recordValue(Math.clamp(latencyNanos, 0, LONGEST_NANOS));
    }

    void failed() {
        failed++;
    }

    void lost() {
        lost++;
    }

    Window window() {
        return new Window(
                latencies.getTotalCount(),
                all,
                (ended - begun) / 1e9,
                micros(50),
                micros(99),
                micros(99.9),
                serverCpu,
                ownCpu,
                failed,
                lost);
    }

    private double micros(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e3;
    }
}
