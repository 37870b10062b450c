package socketserver.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The program that this process runs, as it is found on the disk now.
final class Program {
    // Set by the script ./socketserver.
    private static final String LAUNCHER = "socketserver.launcher";

    private Program() {}

    /// {@return the command line that starts it once more}
    ///
    /// @param args the arguments behind the word `serve`
    /// @throws IOException if the system does not tell
    static List<String> again(List<String> args) throws IOException {
        String launcher = System.getProperty(LAUNCHER);
        if (launcher == null) {
            // With the terminating zero of each.
            String line = Files.readString(Path.of("/proc/self/cmdline"));
            return Arrays.asList(line.substring(0, line.length() - 1).split("\0", -1));
        }
        List<String> command = new ArrayList<>(List.of(launcher, "serve"));
        command.addAll(args);
        return command;
    }
}
