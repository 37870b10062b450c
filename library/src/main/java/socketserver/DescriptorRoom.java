package socketserver;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// How many connections the process may have, by its limit of open files (`RLIMIT_NOFILE`,
/// `getrlimit(2)`).
final class DescriptorRoom {
    // For what the program, the JVM and the accepting of one too many need.
    private static final int RESERVE = 16;
    private static final String LIMIT = "Max open files";

    private DescriptorRoom() {}

    /// {@return how many more descriptors the process may have, but for a few; more than there can
    /// be where that is not known}
    static int left() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? Integer.MAX_VALUE : Math.max(1, limit() - open.length - RESERVE);
    }

    private static int limit() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
                if (line.startsWith(LIMIT)) {
                    String soft = line.substring(LIMIT.length()).strip().split(" ", 2)[0];
                    return (int) Math.min(Integer.MAX_VALUE, Long.parseLong(soft));
                }
            }
        } catch (IOException | NumberFormatException unknown) {
            // Or "unlimited".
        }
        return Integer.MAX_VALUE;
    }
}
