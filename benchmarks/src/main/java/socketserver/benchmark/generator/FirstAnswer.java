package socketserver.benchmark.generator;

import socketserver.benchmark.address.Endpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/// Asks a server that is about to start, again and again, until it answers.
final class FirstAnswer {
    private static final long PAUSE_NANOS = 200_000;

    private FirstAnswer() {}

    /// Waits for one byte to come back.
    ///
    /// @throws IOException if none does in that time
    static void await(Endpoint endpoint, double seconds) throws IOException {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (true) {
            try {
                ask(endpoint);
                return;
            } catch (IOException notYet) {
                if (System.nanoTime() > end) {
                    throw new IOException("no answer yet: " + notYet.getMessage(), notYet);
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static void ask(Endpoint endpoint) throws IOException {
        try (var target = new Target(endpoint);
                var arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(1);
            int socket = target.openConnected();
            try {
                Errors.check("send", Linux.send(socket, bytes.address(), 1));
                int count = Linux.recvWaiting(socket, bytes.address(), 1);
                Errors.check("recv", count);
                if (count == 0) {
                    throw new IOException("the server has closed the connection");
                }
            } finally {
                Linux.close(socket);
            }
        }
    }
}
