package socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.spi.ToolProvider;

/// A JVM of its own that runs the `main` of a class of these tests. It is killed at the end of its
/// block.
final class ChildJvm implements AutoCloseable {
    static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    private final Process process;
    private final BufferedReader output;
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final Thread errorReader;

    private ChildJvm(List<String> command) throws IOException {
        process = new ProcessBuilder(command).start();
        output = process.inputReader(UTF_8);
        errorReader = Thread.ofPlatform().daemon().start(this::readErrors);
    }

    private void readErrors() {
        process.errorReader(UTF_8).lines().forEach(errors::add);
    }

    static ChildJvm of(Class<?> main, String... arguments) throws IOException {
        return new ChildJvm(java(List.of(NATIVE_ACCESS), classPath(), main, arguments));
    }

    /// Runs it with these options of the JVM alone.
    static ChildJvm with(List<String> options, Class<?> main, String... arguments)
            throws IOException {
        return new ChildJvm(java(options, classPath(), main, arguments));
    }

    /// Runs it by another program: `strace` for instance, with its options.
    static ChildJvm by(List<String> program, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(java(List.of(NATIVE_ACCESS), classPath(), main, arguments));
        return new ChildJvm(command);
    }

    /// Runs it under `ulimit -n`, from a jar: a JVM with no descriptor left finds nothing in
    /// folders any more.
    ///
    /// @param folder where to put the jar
    static ChildJvm withDescriptors(int limit, Path folder, Class<?> main, String... arguments)
            throws IOException {
        String script = "ulimit -n " + limit + "; exec \"$@\"";
        return fromJar(jar(folder), List.of("bash", "-c", script, "bash"), main, arguments);
    }

    /// Runs it by another program, from one jar of all that it needs.
    static ChildJvm fromJar(Path jar, List<String> program, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(java(List.of(NATIVE_ACCESS), jar.toString(), main, arguments));
        return new ChildJvm(command);
    }

    /// Runs a program that is one source file.
    static ChildJvm ofSource(Path jar, List<String> program, Path source) throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(java(List.of(NATIVE_ACCESS), jar.toString()));
        command.add(source.toString());
        return new ChildJvm(command);
    }

    /// {@return a jar of the library and its tests}
    static Path jar(Path folder) throws IOException {
        Path jar = folder.resolve("classes.jar");
        List<String> pack = new ArrayList<>(List.of("--create", "--file", jar.toString()));
        for (String entry : classPath().split(File.pathSeparator, -1)) {
            if (!entry.isEmpty() && Files.isDirectory(Path.of(entry))) {
                pack.addAll(List.of("-C", entry, "."));
            }
        }
        int status =
                ToolProvider.findFirst("jar")
                        .orElseThrow()
                        .run(System.err, System.err, pack.toArray(String[]::new));
        if (status != 0) {
            throw new IOException("cannot make " + jar);
        }
        return jar;
    }

    private static List<String> java(
            List<String> options, String classPath, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(java(options, classPath));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> java(List<String> options, String classPath) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx1g"));
        command.addAll(options);
        command.addAll(List.of("-classpath", classPath));
        return command;
    }

    private static String classPath() {
        return String.join(
                File.pathSeparator,
                System.getProperty("java.class.path"),
                System.getProperty("jdk.module.path", ""));
    }

    long pid() {
        return process.pid();
    }

    /// {@return the next line of its standard output, or null at the end}
    @Nullable String line() throws IOException {
        return output.readLine();
    }

    /// {@return what its next line says: a port of the loopback interface}
    InetSocketAddress address() throws IOException {
        String line = line();
        if (line == null) {
            throw new IOException("the process ended: " + errors);
        }
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(line));
    }

    /// Sends it a line, and returns the line that it says then.
    @Nullable String ask(String line) throws IOException {
        process.outputWriter(UTF_8).append(line).append('\n').flush();
        return line();
    }

    /// {@return the lines of its standard error so far}
    List<String> errors() {
        return List.copyOf(errors);
    }

    /// Waits for its end, at most 10 s.
    ///
    /// @return its exit status
    int exit() throws Exception {
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new TimeoutException("the process still runs");
        }
        errorReader.join();
        return process.exitValue();
    }

    /// {@return whether it still runs after that time}
    boolean outlives(Duration time) throws InterruptedException {
        return !process.waitFor(time);
    }

    /// {@return how much processor time it has used so far}
    Duration used() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /// Ends it by force.
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        kill();
    }
}
