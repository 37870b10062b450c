package socketserver.benchmark.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What the kernel knows of a process: its CPU time and its memory (`proc(5)`).
public record ProcessFigures(long pid) {
    // sysconf(_SC_CLK_TCK), which is 100 wherever Linux has a /proc/PID/stat to read.
    private static final double TICKS_PER_SECOND = 100;

    /// {@return user and system time so far, with that of its children, those that have ended and
    /// those that live, or 0 if there is no such process}
    public double cpuSeconds() {
        try (Stream<ProcessHandle> living =
                ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants)) {
            return own() + living.mapToDouble(child -> new ProcessFigures(child.pid()).own()).sum();
        }
    }

    private double own() {
        try {
            String stat = Files.readString(folder().resolve("stat"));
            // The command may contain anything, spaces and parentheses too; "state" follows it.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            long ticks = 0;
            for (int utime = 11, field = utime; field < utime + 4; field++) {
                ticks += Long.parseLong(fields[field]);
            }
            return ticks / TICKS_PER_SECOND;
        } catch (IOException gone) {
            return 0;
        }
    }

    /// {@return the resident memory in bytes}
    public long residentBytes() throws IOException {
        for (String line : Files.readAllLines(folder().resolve("status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS in " + folder().resolve("status"));
    }

    private Path folder() {
        return Path.of("/proc", Long.toString(pid));
    }
}
