package socketserver.benchmark.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What the kernel knows of a process: its CPU time and its memory (`proc(5)`).
public record ProcessFigures(long pid) {
    // sysconf(_SC_CLK_TCK), which is 100 wherever Linux has a /proc/PID/stat to read.
    private static final double TICKS_PER_SECOND = 100;

    /// {@return user and system time so far, with that of its children, those that have ended and
    /// those that live, or 0 if there is no such process}
    public double cpuSeconds() {
        return withDescendants().stream().mapToDouble(ProcessFigures::own).sum();
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
        return status("VmRSS") * 1024;
    }

    /// {@return how many threads it has}
    public long threads() throws IOException {
        return status("Threads");
    }

    private long status(String name) throws IOException {
        for (String line : Files.readAllLines(folder().resolve("status"))) {
            if (line.startsWith(name + ":")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no " + name + " in " + folder().resolve("status"));
    }

    /// {@return how many descriptors it has open}
    public long descriptors() throws IOException {
        try (Stream<Path> entries = Files.list(folder().resolve("fd"))) {
            return entries.count();
        }
    }

    /// {@return these and those of its children, and of theirs}
    public List<ProcessFigures> withDescendants() {
        return Stream.concat(Stream.of(this), descendants()).toList();
    }

    private Stream<ProcessFigures> descendants() {
        return ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::descendants)
                .map(child -> new ProcessFigures(child.pid()));
    }

    private Path folder() {
        return Path.of("/proc", Long.toString(pid));
    }
}
