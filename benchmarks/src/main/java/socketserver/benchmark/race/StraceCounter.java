package socketserver.benchmark.race;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Counts by `strace -c`, which slows a process down but counts the same.
///
/// @param output where strace writes
record StraceCounter(Path output) implements CallCounter {
    @Override
    public Map<String, Long> count(long pid, Load load) throws IOException {
        Process strace =
                new ProcessBuilder(
                                "strace",
                                "-c",
                                "-f",
                                "-o",
                                output.toString(),
                                "-p",
                                Long.toString(pid))
                        .start();
        try (var lines = strace.errorReader()) {
            CallCounter.awaitLine(strace, List.of("attached"), lines);
            load.run();
            // It writes its table when it is asked to end.
            strace.destroy();
            strace.onExit().join();
        } finally {
            strace.destroyForcibly();
        }
        return parsed(Files.readAllLines(output));
    }

    /// Reads a table of `% time, seconds, usecs/call, calls, errors, syscall`.
    static Map<String, Long> parsed(List<String> lines) {
        Map<String, Long> counts = new TreeMap<>();
        for (String line : lines) {
            String[] fields = line.strip().split("\\s+", 0);
            if (fields.length >= 5 && fields[3].matches("[1-9]\\d*")) {
                String name = fields[fields.length - 1];
                counts.put(name.equals("total") ? "all" : name, Long.parseLong(fields[3]));
            }
        }
        return counts;
    }
}
