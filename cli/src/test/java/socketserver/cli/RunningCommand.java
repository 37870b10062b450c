package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The command in a process of its own, on the module path of the tests.
final class RunningCommand implements AutoCloseable {
    private static final int SECONDS = 20;

    private final Process process;
    private final BufferedReader out;
    private final Path err;
    private final List<String> listening = new ArrayList<>();

    private RunningCommand(List<String> options, String... args) throws IOException {
        this(List.of(), Map.of(), options, args);
    }

    private RunningCommand(
            List<String> program,
            Map<String, String> environment,
            List<String> options,
            String... args)
            throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(java(options));
        command.addAll(List.of(args));
        err = Files.createTempFile("socketserver", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(Redirect.to(err.toFile()));
        builder.environment().putAll(environment);
        process = builder.start();
        out = process.inputReader(UTF_8);
    }

    /// {@return what starts the command with those options of the JVM, without its arguments}
    static List<String> java(List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-Xlog:disable", "-Xlog:all=warning:stderr"));
        command.addAll(List.of("--class-path", statusLibraries()));
        command.addAll(options);
        command.addAll(List.of("--enable-native-access=socketserver"));
        command.addAll(List.of("--add-modules", "ALL-DEFAULT"));
        command.addAll(List.of("--module-path", System.getProperty("jdk.module.path")));
        command.addAll(List.of("--module", "socketserver.cli/socketserver.cli.Main"));
        return command;
    }

    private static String statusLibraries() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.matches(".*/(gson|prometheus)[^/]*[.]jar"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /// Runs a command that ends by itself.
    static RunningCommand run(String... args) throws IOException {
        return new RunningCommand(List.of(), args);
    }

    /// Runs a command that ends by itself, with those options of the JVM.
    static RunningCommand run(List<String> options, String... args) throws IOException {
        return new RunningCommand(options, args);
    }

    /// Runs a command that ends by itself, on that engine.
    static RunningCommand runOn(String engine, String... args) throws IOException {
        return new RunningCommand(List.of("-Dsocketserver.engine=" + engine), args);
    }

    /// Starts serving, and returns when each address has said that it is ready.
    static RunningCommand serve(int addresses, String... args) throws IOException {
        return serve(List.of(), addresses, args);
    }

    /// Starts serving on that engine, and returns when each address has said that it is ready.
    static RunningCommand serveOn(String engine, int addresses, String... args) throws IOException {
        return serve(List.of("-Dsocketserver.engine=" + engine), addresses, args);
    }

    /// Starts serving with those options of the JVM, and returns when each address has said that it
    /// is ready.
    static RunningCommand serve(List<String> options, int addresses, String... args)
            throws IOException {
        return new RunningCommand(options, serve(args)).listening(addresses);
    }

    /// Starts serving by another program, which becomes this one, with that environment, and
    /// returns when each address has said that it is ready.
    static RunningCommand serveBy(
            List<String> program, Map<String, String> environment, int addresses, String... args)
            throws IOException {
        return new RunningCommand(program, environment, List.of(), serve(args))
                .listening(addresses);
    }

    private static String[] serve(String... args) {
        String[] all = new String[args.length + 1];
        all[0] = "serve";
        System.arraycopy(args, 0, all, 1, args.length);
        return all;
    }

    private RunningCommand listening(int addresses) throws IOException {
        for (int i = 0; i < addresses; i++) {
            String line = out.readLine();
            assertThat(line).as(err()).startsWith("listening on ");
            listening.add(line.substring("listening on ".length()));
        }
        return this;
    }

    /// {@return the next line of standard output}
    String line() throws IOException {
        return out.readLine();
    }

    List<String> listening() {
        return listening;
    }

    /// {@return the address of a listener on TCP or UDP}
    InetSocketAddress address(int index) {
        String line = listening.get(index);
        int colon = line.lastIndexOf(':');
        String host = line.substring(line.indexOf("//") + 2, colon).replaceAll("[\\[\\]]", "");
        return new InetSocketAddress(host, Integer.parseInt(line.substring(colon + 1)));
    }

    Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(SECONDS * 1000);
        socket.connect(address(0));
        return socket;
    }

    /// {@return a port of the loopback interface that nobody listens on, and that is given to no
    /// client before somebody does: Linux takes those from 32768 upwards}
    static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 32_768);
            try (var free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException _) {
                // It is taken: another one, then.
            }
        }
    }

    /// {@return a connection to that port of this machine, once somebody listens there}
    static Socket connectWhenItListens(int port) {
        return await().atMost(Duration.ofSeconds(SECONDS))
                .ignoreException(ConnectException.class)
                .until(
                        () -> {
                            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                            socket.setSoTimeout(SECONDS * 1000);
                            return socket;
                        },
                        Socket::isConnected);
    }

    /// Sends SIGKILL.
    void kill() {
        process.destroyForcibly();
    }

    /// Sends SIGTERM.
    void terminate() {
        process.toHandle().destroy();
    }

    /// {@return the process that was started here}
    ProcessHandle process() {
        return process.toHandle();
    }

    /// Sends a signal to a process.
    ///
    /// @param name its name without `SIG`
    static void signal(String name, ProcessHandle process) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start();
        assertThat(kill.waitFor()).isZero();
    }

    /// {@return the exit code}
    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("ended").isTrue();
        return process.exitValue();
    }

    /// {@return what is left of standard output, once it has ended}
    List<String> out() {
        return out.lines().toList();
    }

    /// {@return standard error so far}
    String err() {
        try {
            return Files.readString(err);
        } catch (IOException thrown) {
            throw new UncheckedIOException(thrown);
        }
    }

    void awaitErr(String text) {
        await().atMost(Duration.ofSeconds(SECONDS))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> err().contains(text));
    }

    /// {@return the processes that it has started and that are in the system's table}
    List<ProcessHandle> children() {
        return process.children().toList();
    }

    /// {@return how many descriptors it has, or 0 where that is not to be seen}
    long descriptors() throws IOException {
        Path all = Path.of("/proc", Long.toString(process.pid()), "fd");
        if (!Files.isDirectory(all)) {
            return 0;
        }
        try (Stream<Path> entries = Files.list(all)) {
            return entries.count();
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        out.close();
        Files.deleteIfExists(err);
    }
}
