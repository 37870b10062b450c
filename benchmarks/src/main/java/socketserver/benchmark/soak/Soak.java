package socketserver.benchmark.soak;

import socketserver.benchmark.race.Machine;
import socketserver.benchmark.race.Pause;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Servers of all models, at the same time, each with clients that come and go.
///
/// @param models as [socketserver.benchmark.server.Main] calls them
/// @param rate connections per second to all of them together
/// @param time how long it takes
/// @param interval how long between two readings
public record Soak(List<String> models, double rate, Duration time, Duration interval) {
    /// Every model, on the engine that its servers choose by themselves.
    public static final List<String> MODELS =
            List.of("sync", "threading", "forking", "selector", "confined");

    /// Runs it.
    ///
    /// @param progress is told of each reading, in words
    public SoakResults run(Machine machine, Consumer<String> progress) throws IOException {
        Map<String, SoakedServer> servers = new LinkedHashMap<>();
        Map<String, List<Reading>> readings = new LinkedHashMap<>();
        try {
            for (String model : models) {
                servers.put(model, SoakedServer.start(model, rate / models.size()));
            }
            long begin = System.nanoTime();
            for (long number = 1; number <= time.dividedBy(interval); number++) {
                long due = begin + interval.multipliedBy(number).toNanos();
                Pause.seconds((due - System.nanoTime()) / 1e9);
                for (var server : servers.entrySet()) {
                    Reading reading = server.getValue().read();
                    readings.computeIfAbsent(server.getKey(), _ -> new ArrayList<>()).add(reading);
                    progress.accept(server.getKey() + ": " + reading);
                }
            }
            Map<String, String> failures = new LinkedHashMap<>();
            servers.forEach(
                    (model, server) -> {
                        Throwable failure = server.lastFailure();
                        if (failure != null) {
                            failures.put(model, failure.toString());
                        }
                    });
            return new SoakResults(machine, rate, failures, readings);
        } finally {
            servers.values().forEach(SoakedServer::close);
        }
    }
}
