package socketserver.benchmark.soak;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import socketserver.benchmark.address.Endpoint;
import socketserver.benchmark.address.Family;
import socketserver.benchmark.generator.ProcessFigures;
import socketserver.benchmark.race.JavaCommand;
import socketserver.benchmark.race.LiveHeap;
import socketserver.benchmark.race.Pause;
import socketserver.benchmark.server.Main;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A server's process and its clients.
final class SoakedServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final double POLL_SECONDS = 0.05;

    private final Process process;
    private final Churn churn;
    private final long begun = System.nanoTime();

    private SoakedServer(Process process, Churn churn) {
        this.process = process;
        this.churn = churn;
    }

    /// Starts a server and, when it takes connections, its clients.
    ///
    /// @param model as [Main] calls it
    static SoakedServer start(String model, double rate) throws IOException {
        Endpoint endpoint = Endpoint.free(Family.TCP, Path.of(""));
        List<String> command =
                JavaCommand.of(
                        Main.class,
                        List.of(),
                        model,
                        endpoint.family().toString(),
                        endpoint.place());
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            InetSocketAddress address = endpoint.inetAddress();
            awaitConnection(process, address);
            return new SoakedServer(process, Churn.start(address, rate));
        } catch (IOException failed) {
            process.destroyForcibly();
            throw failed;
        }
    }

    private static void awaitConnection(Process process, InetSocketAddress address)
            throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                SocketChannel.open(address).close();
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() - end > 0) {
                    throw notYet;
                }
                Pause.seconds(POLL_SECONDS);
            }
        }
    }

    Reading read() throws IOException {
        Histogram latencies = churn.latencies();
        List<ProcessFigures> processes = new ProcessFigures(process.pid()).withDescendants();
        long resident = 0;
        long descriptors = 0;
        long threads = 0;
        for (ProcessFigures each : processes) {
            resident += each.residentBytes();
            descriptors += each.descriptors();
            threads += each.threads();
        }
        return new Reading(
                (System.nanoTime() - begun) / 1e9,
                latencies.getTotalCount(),
                churn.failures(),
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3,
                LiveHeap.bytes(process),
                resident,
                descriptors,
                threads);
    }

    @Nullable Throwable lastFailure() {
        return churn.lastFailure();
    }

    @Override
    public void close() {
        churn.close();
        process.destroyForcibly().onExit().join();
    }
}
