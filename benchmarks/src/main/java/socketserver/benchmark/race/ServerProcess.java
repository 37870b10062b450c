package socketserver.benchmark.race;

import socketserver.benchmark.address.Endpoint;
import socketserver.benchmark.generator.Order;
import socketserver.benchmark.generator.ProcessFigures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A server's process, pinned to its core.
final class ServerProcess implements AutoCloseable {
    private static final double POLL_SECONDS = 0.25;
    private static final double START_SECONDS = 20;
    private static final double QUIET_SECONDS = 0.03;
    private static final double SETTLE_SECONDS = 2;

    private final Contestant contestant;
    private final Endpoint endpoint;
    private final Process process;

    private ServerProcess(Contestant contestant, Endpoint endpoint, Process process) {
        this.contestant = contestant;
        this.endpoint = endpoint;
        this.process = process;
    }

    /// Starts a server and waits until it answers.
    ///
    /// @throws IOException if it does not, with what it said last
    static ServerProcess start(Track track, Contestant contestant, Contestant.Start start)
            throws IOException {
        Endpoint endpoint = start.endpoint();
        Path log =
                Files.createDirectories(track.settings().target().resolve("logs"))
                        .resolve(contestant.name() + "-" + endpoint.family() + ".log");
        List<String> command =
                Settings.pinned(track.settings().serverCore(), contestant.command().apply(start));
        Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        ServerProcess server = new ServerProcess(contestant, endpoint, process);
        try {
            server.awaitAnswer(track.generator(), log);
            return server;
        } catch (IOException failed) {
            server.close();
            throw failed;
        }
    }

    private void awaitAnswer(GeneratorProcess generator, Path log) throws IOException {
        Order ask = new Order(Order.Mode.AWAIT, endpoint, 1, 1, 0, POLL_SECONDS, pid(), 0);
        long end = System.nanoTime() + (long) (START_SECONDS * 1e9);
        while (true) {
            try {
                generator.obey(ask);
                return;
            } catch (IOException notYet) {
                if (!process.isAlive()) {
                    throw new IOException("did not start: " + complaint(log), notYet);
                }
                if (System.nanoTime() > end) {
                    throw new IOException(
                            "did not answer in %.0f s".formatted(START_SECONDS), notYet);
                }
            }
        }
    }

    /// {@return the line of a log that says what went wrong}
    private static String complaint(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log).stream().filter(s -> !s.isBlank()).toList();
        List<String> causes =
                lines.stream().filter(line -> line.matches(".*(Exception|Error)\\b.*")).toList();
        if (causes.isEmpty()) {
            return lines.isEmpty() ? "it said nothing" : lines.getLast();
        }
        return causes.getLast().replaceFirst("^(Caused by: |Exception in thread \"\\w+\" )+", "");
    }

    Contestant contestant() {
        return contestant;
    }

    String name() {
        return contestant.name();
    }

    Endpoint endpoint() {
        return endpoint;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    ProcessFigures figures() {
        return new ProcessFigures(pid());
    }

    /// {@return the bytes of live heap after a collection, of a JVM}
    long liveHeapBytes() throws IOException {
        return LiveHeap.bytes(process);
    }

    /// Waits until the server rests, a moment at most: what it does after a window, ending ten
    /// thousand connections for instance, must not cost another server's window.
    void settle() throws IOException {
        long end = System.nanoTime() + (long) (SETTLE_SECONDS * 1e9);
        double before = figures().cpuSeconds();
        while (System.nanoTime() < end) {
            Pause.seconds(QUIET_SECONDS);
            double now = figures().cpuSeconds();
            if (now == before) {
                return;
            }
            before = now;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
