package socketserver.benchmark.race;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// Where and with what it was measured.
///
/// @param commit of this project, with `+` if files were changed since
/// @param versions of the peers and what built them
public record Machine(
        String date,
        String commit,
        String processor,
        int cores,
        String memory,
        String kernel,
        String java,
        Map<String, String> versions) {
    /// {@return this machine, today}
    ///
    /// @param folder one of this project
    public static Machine here(Path folder) {
        return new Machine(
                LocalDate.now(ZoneOffset.UTC).toString(),
                commit(folder.toString()),
                fact("/proc/cpuinfo", "model name\\s*: (.*)"),
                allCores(),
                fact("/proc/meminfo", "MemTotal:\\s*(.*)"),
                fact("/proc/version", "Linux version (\\S+)"),
                System.getProperty("java.vendor.version", "") + " " + Runtime.version(),
                peers());
    }

    private static String commit(String folder) {
        String commit =
                Programs.firstLine("git", "-C", folder, "rev-parse", "--short", "HEAD")
                        .orElse("unknown");
        boolean changed =
                Programs.firstLine("git", "-C", folder, "status", "--porcelain").isPresent();
        return changed ? commit + "+" : commit;
    }

    private static int allCores() {
        // Not availableProcessors(): the race is pinned.
        return Programs.firstLine("nproc", "--all").map(Integer::parseInt).orElse(0);
    }

    /// {@return what the kernel has allocated for sockets, files and all else that it counts in
    /// slabs}
    static double kernelBytes() {
        return Double.parseDouble(fact("/proc/meminfo", "Slab:\\s*(\\d+)")) * 1024;
    }

    private static String fact(String file, String pattern) {
        try {
            var matcher = Pattern.compile(pattern).matcher(Files.readString(Path.of(file)));
            return matcher.find() ? matcher.group(1) : "unknown";
        } catch (IOException unreadable) {
            return "unknown";
        }
    }

    private static Map<String, String> peers() {
        Map<String, String> versions = new LinkedHashMap<>();
        String classPath = System.getProperty("java.class.path");
        for (String jar : new String[] {"netty-transport", "vertx-core"}) {
            var matcher = Pattern.compile(jar + "-(\\d[^/:]*)\\.jar").matcher(classPath);
            if (matcher.find()) {
                versions.put(jar, matcher.group(1));
            }
        }
        for (String[] command :
                new String[][] {
                    {"gcc", "--version"}, {"go", "version"}, {"python3", "--version"}
                }) {
            Programs.firstLine(command).ifPresent(line -> versions.put(command[0], line));
        }
        return versions;
    }
}
