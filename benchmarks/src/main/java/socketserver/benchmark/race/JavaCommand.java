package socketserver.benchmark.race;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Commands that start another JVM with this one's classes, all with the same memory.
public final class JavaCommand {
    private static final List<String> OPTIONS =
            List.of("-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");

    private JavaCommand() {}

    /// {@return the command that starts that program}
    ///
    /// @param options for the JVM
    public static List<String> of(Class<?> main, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(OPTIONS);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        Stream.of(arguments).forEach(command::add);
        return command;
    }
}
