package socketserver.benchmark.report;

import socketserver.benchmark.race.FixedRate;
import socketserver.benchmark.race.Median;
import socketserver.benchmark.race.Results;
import socketserver.benchmark.race.Standing;
import socketserver.benchmark.race.Workload;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// A title, a table, and a sentence that says how to read it.
record Section(String title, String explanation, Table table) {
    /// {@return all that the results have something for}
    static List<Section> of(Results results) {
        List<Section> all = new ArrayList<>();
        for (Workload workload : Workload.values()) {
            all.add(workload(results, workload));
        }
        all.add(openLoop(results));
        all.add(calls(results));
        all.add(idle(results));
        all.add(starts(results));
        all.removeIf(section -> section.table.isEmpty());
        return all;
    }

    private static Section workload(Results results, Workload workload) {
        Table table =
                new Table(
                        "server",
                        "req/s",
                        "best",
                        "/C",
                        "best/best",
                        "/Netty",
                        "best/best",
                        "CPU us/req",
                        "p50 us",
                        "p99 us",
                        "p99.9 us",
                        "gen.",
                        "lost");
        for (Standing standing : Standing.in(results, workload)) {
            table.add(
                    List.of(
                            standing.server(),
                            Figure.of(standing.rate(), 0),
                            Figure.of(standing.best(), 0),
                            Figure.of(standing.toC().median(), 2),
                            Figure.of(standing.toC().best(), 2),
                            Figure.of(standing.toNetty().median(), 2),
                            Figure.of(standing.toNetty().best(), 2),
                            Figure.of(standing.cpuMicros(), 2),
                            Figure.of(standing.p50Micros(), 0),
                            Figure.of(standing.p99Micros(), 0),
                            Figure.of(standing.p999Micros(), 0),
                            Figure.of(100 * standing.generatorLoad(), 0) + " %",
                            Long.toString(standing.lost())));
        }
        return new Section(workload.toString(), Texts.of(workload), table);
    }

    private static Section openLoop(Results results) {
        Table table = new Table("server", "req/s due", "p50 us", "p99 us", "p99.9 us", "CPU");
        results.fixedRates().entrySet().stream()
                .sorted(Comparator.comparingDouble(entry -> entry.getValue().p99Micros()))
                .forEach(entry -> table.add(row(entry.getKey(), entry.getValue())));
        return new Section("open loop", Texts.OPEN_LOOP, table);
    }

    private static List<String> row(String server, FixedRate fixed) {
        return List.of(
                server,
                Figure.of(fixed.rate(), 0),
                Figure.of(fixed.p50Micros(), 0),
                Figure.of(fixed.p99Micros(), 0),
                Figure.of(fixed.p999Micros(), 0),
                Figure.of(100 * fixed.serverLoad(), 0) + " %");
    }

    private static Section calls(Results results) {
        Table table = new Table("server", "all", "which");
        results.calls().entrySet().stream()
                .sorted(Comparator.comparingDouble(entry -> all(entry.getValue())))
                .forEach(
                        entry ->
                                table.add(
                                        List.of(
                                                entry.getKey(),
                                                Figure.of(all(entry.getValue()), 2),
                                                which(entry.getValue()))));
        return new Section("system calls", Texts.CALLS, table);
    }

    private static double all(Map<String, Double> calls) {
        return calls.getOrDefault("all", Double.NaN);
    }

    private static String which(Map<String, Double> calls) {
        List<String> parts = new ArrayList<>();
        calls.entrySet().stream()
                .filter(call -> !call.getKey().equals("all"))
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .forEach(call -> parts.add(call.getKey() + " " + Figure.of(call.getValue(), 2)));
        return String.join(", ", parts);
    }

    private static Section idle(Results results) {
        Table table =
                new Table(
                        "server", "RSS KiB", "live heap KiB", "outside the heap KiB", "kernel KiB");
        results.idle().entrySet().stream()
                .sorted(Comparator.comparingDouble(entry -> entry.getValue().resident()))
                .forEach(
                        entry ->
                                table.add(
                                        List.of(
                                                entry.getKey(),
                                                Figure.kib(entry.getValue().resident()),
                                                Figure.kib(entry.getValue().heap()),
                                                Figure.kib(entry.getValue().outside()),
                                                Figure.kib(entry.getValue().kernel()))));
        return new Section("idle", Texts.IDLE, table);
    }

    private static Section starts(Results results) {
        Table table = new Table("server", "ms", "best ms");
        results.starts().entrySet().stream()
                .sorted(Comparator.comparingDouble(entry -> median(entry.getValue())))
                .forEach(
                        entry ->
                                table.add(
                                        List.of(
                                                entry.getKey(),
                                                Figure.of(median(entry.getValue()), 0),
                                                Figure.of(best(entry.getValue()), 0))));
        return new Section("start", Texts.START, table);
    }

    private static double median(List<Double> numbers) {
        return Median.of(numbers.stream().mapToDouble(Double::doubleValue));
    }

    private static double best(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    }
}
