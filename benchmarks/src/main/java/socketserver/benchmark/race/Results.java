package socketserver.benchmark.race;

import socketserver.benchmark.generator.Window;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// All that was measured, by the names of servers; its maps are filled as the race goes on.
///
/// @param windows of each workload, of each server, by round
/// @param calls of each server, the system calls of one request of [Workload#C64]
/// @param fixedRates of each server, at a part of its own peak in [Workload#C64]
/// @param idle of each server, what one idle connection costs
/// @param starts of each server, milliseconds from the start of the process to the first byte
/// @param missing what was not measured
public record Results(
        Machine machine,
        int rounds,
        double windowSeconds,
        Map<String, Map<String, Map<Integer, Window>>> windows,
        Map<String, Map<String, Double>> calls,
        Map<String, FixedRate> fixedRates,
        Map<String, IdleCost> idle,
        Map<String, List<Double>> starts,
        List<Missing> missing) {
    /// {@return results without any yet}
    public static Results empty(Machine machine, Settings settings) {
        return new Results(
                machine,
                settings.rounds(),
                settings.windowSeconds(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new ArrayList<>());
    }

    /// {@return the windows of a workload, by server and round}
    public Map<String, Map<Integer, Window>> of(Workload workload) {
        return windows.getOrDefault(workload.toString(), Map.of());
    }

    void add(Workload workload, String server, int round, Window window) {
        windows.computeIfAbsent(workload.toString(), _ -> new LinkedHashMap<>())
                .computeIfAbsent(server, _ -> new TreeMap<>())
                .put(round, window);
    }
}
