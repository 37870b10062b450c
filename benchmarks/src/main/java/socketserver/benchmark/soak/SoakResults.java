package socketserver.benchmark.soak;

import socketserver.benchmark.race.Machine;
import socketserver.benchmark.race.Median;
import socketserver.benchmark.soak.Reading.Quantity;

import java.util.List;
import java.util.Map;

/// What was seen.
///
/// @param rate connections per second to all servers together
/// @param failures the last of each server that had any
/// @param readings of each server, in the order of time
public record SoakResults(
        Machine machine,
        double rate,
        Map<String, String> failures,
        Map<String, List<Reading>> readings) {
    // Of the time, in which code is compiled and pools grow.
    private static final double WARM_UP = 1 / 12.0;

    /// {@return the median of a quantity in the first quarter of a server's readings, without the
    /// warm-up}
    public double first(String server, Quantity quantity) {
        List<Reading> all = warm(server);
        return median(all.subList(0, quarter(all)), quantity);
    }

    /// {@return the median of a quantity in the last quarter of a server's readings}
    public double last(String server, Quantity quantity) {
        List<Reading> all = warm(server);
        return median(all.subList(all.size() - quarter(all), all.size()), quantity);
    }

    private List<Reading> warm(String server) {
        List<Reading> all = readings.getOrDefault(server, List.of());
        return all.subList((int) (all.size() * WARM_UP), all.size());
    }

    private static int quarter(List<Reading> all) {
        return Math.ceilDiv(all.size(), 4);
    }

    private static double median(List<Reading> of, Quantity quantity) {
        return Median.of(of.stream().mapToDouble(quantity::of));
    }
}
