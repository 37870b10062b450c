package socketserver.benchmark.race;

import com.google.gson.Gson;

import org.jspecify.annotations.Nullable;

import socketserver.benchmark.generator.Answer;
import socketserver.benchmark.generator.Generator;
import socketserver.benchmark.generator.Order;
import socketserver.benchmark.generator.Window;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The load generator's process, pinned to its core.
public final class GeneratorProcess implements AutoCloseable {
    // Ten thousand connections to a slow server take a while.
    private static final double PATIENCE_SECONDS = 40;

    private final int core;
    private final Gson gson = new Gson();
    private @Nullable Process process;

    /// Makes one that is started by the first order.
    public GeneratorProcess(int core) {
        this.core = core;
    }

    /// Has an order obeyed.
    ///
    /// @return what was counted, null if nothing was to be
    /// @throws IOException if it failed
    @Nullable Window obey(Order order) throws IOException {
        Process running = running();
        Writer orders = running.outputWriter();
        orders.write(gson.toJson(order) + "\n");
        orders.flush();
        double patience = PATIENCE_SECONDS + order.warmSeconds() + order.seconds();
        Answer answer = gson.fromJson(line(running, patience), Answer.class);
        if (answer == null || answer.failure() != null) {
            throw new IOException(answer == null ? "the generator ended" : answer.failure());
        }
        return answer.window();
    }

    /// Has an order obeyed by which something is counted.
    Window count(Order order) throws IOException {
        Window window = obey(order);
        if (window == null) {
            throw new IllegalArgumentException("nothing is counted by " + order);
        }
        return window;
    }

    private Process running() throws IOException {
        if (process == null || !process.isAlive()) {
            List<String> command = JavaCommand.of(Generator.class, List.of());
            process =
                    new ProcessBuilder(Settings.pinned(core, command))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
        }
        return process;
    }

    private @Nullable String line(Process running, double patience) throws IOException {
        var reading = new CompletableFuture<@Nullable String>();
        Thread.startVirtualThread(
                () -> {
                    try {
                        reading.complete(running.inputReader().readLine());
                    } catch (IOException failed) {
                        reading.completeExceptionally(failed);
                    }
                });
        try {
            return reading.get((long) (patience * 1e3), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            // What it would say later would be taken for the answer to another order.
            close();
            throw new IOException("the generator said nothing in %.0f s".formatted(patience), late);
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the generator worked", interrupted);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
            process = null;
        }
    }
}
