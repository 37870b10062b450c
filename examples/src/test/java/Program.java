import socketserver.BaseServer;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An example in a process of its own, listening.
final class Program implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile("^listening on \\S*:([0-9]+)\\b");

    private final Process process;
    private final BufferedReader output;
    private final InetSocketAddress address;

    /// Starts one that needs nothing but the library.
    Program(String name, String... arguments) throws IOException, URISyntaxException {
        this(
                where(BaseServer.class) + File.pathSeparator + where(ChatRoom.class),
                List.of(arguments),
                name);
    }

    /// {@return one that has all libraries of the examples}
    static Program withLibraries(String name, String... arguments) throws IOException {
        return new Program(System.getProperty("java.class.path"), List.of(arguments), name);
    }

    private Program(String classPath, List<String> arguments, String name) throws IOException {
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                classPath,
                                name));
        command.addAll(arguments);
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = process.inputReader();
        String line = line();
        Matcher port = PORT.matcher(line);
        if (!port.find()) {
            process.destroyForcibly();
            throw new AssertionError(name + " has not said where it listens: " + line);
        }
        address = new InetSocketAddress("localhost", Integer.parseInt(port.group(1)));
    }

    private static String where(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    InetSocketAddress address() {
        return address;
    }

    long pid() {
        return process.pid();
    }

    /// {@return the next line that the example prints}
    String line() throws IOException {
        return String.valueOf(output.readLine());
    }

    /// Sends SIGTERM, and returns when it has ended.
    void terminate() {
        process.toHandle().destroy();
        process.onExit().join();
    }

    /// Sends SIGKILL, and returns when it has ended.
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
