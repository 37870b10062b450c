package socketserver.cli;

import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Clients that ask without a pause until it is closed, one question after the other.
final class Load implements AutoCloseable {
    private static final int MILLIS = 20_000;

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

    /// Asks a server that answers what it is sent.
    ///
    /// @throws IOException if it does not in time, or answers something else
    static void ask(InetSocketAddress server, String question) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(MILLIS);
            socket.connect(server, MILLIS);
            socket.getOutputStream().write(question.getBytes(UTF_8));
            check(question, socket.getInputStream().readNBytes(question.length()));
        }
    }

    /// Throws if a question was answered by something else.
    static void check(String question, byte[] answer) throws IOException {
        if (!new String(answer, UTF_8).equals(question)) {
            throw new IOException("answered by " + new String(answer, UTF_8));
        }
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
