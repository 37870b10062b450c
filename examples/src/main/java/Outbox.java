import socketserver.request.StreamRequest;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Lines that wait for one client: any thread adds some and goes on, a virtual thread writes them.
///
/// A client for whom too many wait is closed.
final class Outbox {
    private static final int MOST_LINES = 1000;

    private final StreamRequest client;
    // Empty is the end.
    private final BlockingQueue<Optional<String>> lines = new ArrayBlockingQueue<>(MOST_LINES);

    Outbox(StreamRequest client) {
        this.client = client;
    }

    void add(String line) {
        put(Optional.of(line));
    }

    /// Closes the connection when all lines before are written.
    void end() {
        put(Optional.empty());
    }

    private void put(Optional<String> line) {
        if (!lines.offer(line)) {
            client.close();
        }
    }

    /// {@return the thread that writes them, until the end or until that fails}
    Thread start() {
        return Thread.ofVirtual().name("outbox").start(this::write);
    }

    private void write() {
        try {
            Optional<String> line = lines.take();
            while (line.isPresent()) {
                client.output().writeLine(line.get());
                line = lines.take();
            }
        } catch (IOException gone) {
            // Whoever reads from this client finds that out, too.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
