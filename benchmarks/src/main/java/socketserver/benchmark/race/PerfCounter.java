package socketserver.benchmark.race;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Counts by `perf stat`, which costs a process little.
///
/// @param output where perf writes
record PerfCounter(Path output) implements CallCounter {
    static final String ALL = "raw_syscalls:sys_enter";

    private static final Path EVENTS = Path.of("/sys/kernel/tracing/events/syscalls");
    private static final String PREFIX = "sys_enter_";
    // Those that servers make while they serve: each event costs a descriptor for each thread.
    private static final List<String> NAMES =
            List.of(
                    "accept accept4 close connect epoll_ctl epoll_pwait epoll_pwait2 epoll_wait",
                    "fcntl futex getpeername getsockname getsockopt io_uring_enter ioctl mmap"
                            + " munmap",
                    "madvise nanosleep poll ppoll pread64 read readv recvfrom recvmmsg recvmsg",
                    "restart_syscall sched_yield select sendmmsg sendmsg sendto setsockopt"
                            + " shutdown",
                    "socket write writev");

    @Override
    public Map<String, Long> count(long pid, Load load) throws IOException {
        // perf counts while the command runs, which says that it does and ends with its input.
        List<String> command =
                List.of(
                        "perf",
                        "stat",
                        "-x",
                        ";",
                        "-o",
                        output.toString(),
                        "-e",
                        events(),
                        "-p",
                        Long.toString(pid),
                        "--",
                        "sh",
                        "-c",
                        "echo begun; exec cat");
        Process perf =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (var lines = perf.inputReader()) {
            CallCounter.awaitLine(perf, List.of("begun"), lines);
            load.run();
            perf.getOutputStream().close();
            perf.onExit().join();
        } finally {
            perf.destroyForcibly();
        }
        return parsed(Files.readAllLines(output));
    }

    private static String events() throws IOException {
        List<String> events = new ArrayList<>(List.of(ALL));
        if (Files.isReadable(EVENTS)) {
            for (String name : String.join(" ", NAMES).split(" ", 0)) {
                if (Files.exists(EVENTS.resolve(PREFIX + name))) {
                    events.add("syscalls:" + PREFIX + name);
                }
            }
        }
        return String.join(",", events);
    }

    /// Reads lines such as `2034;;syscalls:sys_enter_read;...`.
    static Map<String, Long> parsed(List<String> lines) {
        Map<String, Long> counts = new TreeMap<>();
        for (String line : lines) {
            String[] fields = line.split(";", -1);
            if (fields.length > 2 && fields[0].matches("[1-9]\\d*")) {
                String name = fields[2].equals(ALL) ? "all" : fields[2];
                counts.put(name.replaceFirst("^syscalls:" + PREFIX, ""), Long.parseLong(fields[0]));
            }
        }
        return counts;
    }
}
