package socketserver.benchmark.report;

import socketserver.benchmark.race.IdleCost;
import socketserver.benchmark.race.Results;
import socketserver.benchmark.race.Standing;
import socketserver.benchmark.race.Workload;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The plots of the report, by the names of their files.
final class Plots {
    private Plots() {}

    static Map<String, String> of(Results results) {
        Map<String, String> all = new LinkedHashMap<>();
        List<Panel> throughput = throughput(results);
        if (!throughput.isEmpty()) {
            String title = "Requests per second, as a multiple of the reference in C";
            all.put("throughput.svg", Plot.of(title, throughput, new Bars(1, 2)));
        }
        List<Panel> latency = latency(results);
        if (!latency.isEmpty()) {
            String title = "Latencies: p50 (green), p99 (orange), p99.9 (red)";
            all.put("latency.svg", Plot.of(title, latency, new Dots()));
        }
        List<Panel> memory = memory(results);
        if (!memory.isEmpty()) {
            String title = "Memory of an idle connection, KiB";
            all.put("memory.svg", Plot.of(title, memory, new Bars(Double.NaN, 1)));
        }
        return all;
    }

    private static List<Panel> throughput(Results results) {
        List<Panel> panels = new ArrayList<>();
        for (Workload workload : Workload.values()) {
            List<Panel.Row> rows =
                    Standing.in(results, workload).stream()
                            .filter(standing -> Double.isFinite(standing.toC().median()))
                            .sorted(
                                    Comparator.comparingDouble(
                                            standing -> -standing.toC().median()))
                            .map(each -> new Panel.Row(each.server(), each.toC().median()))
                            .toList();
            add(panels, workload.toString(), Texts.brief(workload), rows);
        }
        return panels;
    }

    private static List<Panel> latency(Results results) {
        List<Panel> panels = new ArrayList<>();
        List<Panel.Row> open =
                results.fixedRates().entrySet().stream()
                        .map(
                                entry ->
                                        new Panel.Row(
                                                entry.getKey(),
                                                List.of(
                                                        entry.getValue().p50Micros(),
                                                        entry.getValue().p99Micros(),
                                                        entry.getValue().p999Micros())))
                        .sorted(Comparator.comparingDouble(row -> row.marks().get(1)))
                        .toList();
        add(panels, "open loop", "64 B, 70 % of each one's own peak", open);
        for (Workload workload : Workload.values()) {
            List<Panel.Row> rows =
                    Standing.in(results, workload).stream()
                            .map(
                                    each ->
                                            new Panel.Row(
                                                    each.server(),
                                                    List.of(
                                                            each.p50Micros(),
                                                            each.p99Micros(),
                                                            each.p999Micros())))
                            .sorted(Comparator.comparingDouble(row -> row.marks().get(1)))
                            .toList();
            add(panels, workload.toString(), "closed loop, at full load", rows);
        }
        return panels;
    }

    private static List<Panel> memory(Results results) {
        List<Panel.Row> resident = new ArrayList<>();
        List<Panel.Row> heap = new ArrayList<>();
        results.idle().entrySet().stream()
                .sorted(Comparator.comparingDouble(entry -> entry.getValue().resident()))
                .forEach(
                        entry -> {
                            IdleCost cost = entry.getValue();
                            resident.add(new Panel.Row(entry.getKey(), cost.resident() / 1024));
                            if (cost.heap() != null && cost.outside() != null) {
                                double live = (cost.heap() + cost.outside()) / 1024;
                                heap.add(new Panel.Row(entry.getKey(), live));
                            }
                        });
        heap.sort(Comparator.comparingDouble(row -> row.marks().getFirst()));
        List<Panel> panels = new ArrayList<>();
        add(panels, "resident", "growth of the process", resident);
        add(panels, "live", "JVMs: live heap, and growth outside of it", heap);
        return panels;
    }

    private static void add(List<Panel> panels, String title, String note, List<Panel.Row> rows) {
        if (!rows.isEmpty()) {
            panels.add(new Panel(title, note, rows));
        }
    }
}
