package socketserver.benchmark.race;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A program that counts the system calls of a process.
interface CallCounter {
    /// What is counted while it happens.
    interface Load {
        void run() throws IOException;
    }

    /// Counts while a load runs.
    ///
    /// @return how often each system call was made, without those that were not
    Map<String, Long> count(long pid, Load load) throws IOException;

    /// {@return one that works here}
    ///
    /// @param output a file that it may write
    static Optional<CallCounter> working(Path output) {
        if (Programs.firstLine("perf", "stat", "-e", PerfCounter.ALL, "true").isPresent()) {
            return Optional.of(new PerfCounter(output));
        }
        if (Programs.firstLine("strace", "-V").isPresent()) {
            return Optional.of(new StraceCounter(output));
        }
        return Optional.empty();
    }

    /// Waits until a line begins with that.
    static void awaitLine(Process process, List<String> beginnings, java.io.BufferedReader lines)
            throws IOException {
        for (String line; (line = lines.readLine()) != null; ) {
            if (beginnings.stream().anyMatch(line::contains)) {
                return;
            }
        }
        throw new IOException(process.info().command().orElse("the counter") + " did not begin");
    }
}
