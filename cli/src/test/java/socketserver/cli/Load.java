package socketserver.cli;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Clients that ask without a pause until it is closed, one question after the other.
final class Load implements AutoCloseable {
    private final Asking asking;
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger answers = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> clients = new ArrayList<>();

    /// One question and its answer.
    interface Asking {
        /// Asks.
        ///
        /// @param number another one each time
        /// @throws IOException if it was not answered, or wrongly
        void ask(int number) throws IOException;
    }

    private Load(Asking asking) {
        this.asking = asking;
    }

    /// Starts so many clients.
    static Load of(int clients, Asking asking) {
        Load load = new Load(asking);
        for (int i = 0; i < clients; i++) {
            int first = i;
            load.clients.add(Thread.ofPlatform().start(() -> load.run(first, clients)));
        }
        return load;
    }

    private void run(int first, int step) {
        for (int i = first; !over.get(); i += step) {
            try {
                asking.ask(i);
                answers.incrementAndGet();
            } catch (IOException failed) {
                failures.add(i + ": " + failed);
            }
        }
    }

    /// Waits until that many more were answered.
    void awaitMore(int number) {
        awaitAll(answers.get() + number);
    }

    /// Waits until that many were answered.
    void awaitAll(int number) {
        await().atMost(Duration.ofMinutes(5))
                .until(() -> answers.get() >= number || !failures.isEmpty());
    }

    int answers() {
        return answers.get();
    }

    /// {@return what has gone wrong}
    Queue<String> failures() {
        return failures;
    }

    /// Ends, when each client has its last answer.
    void end() {
        over.set(true);
        await().atMost(Duration.ofMinutes(1))
                .until(() -> clients.stream().noneMatch(Thread::isAlive));
    }

    @Override
    public void close() {
        end();
    }
}
