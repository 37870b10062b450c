package socketserver.benchmark.race;

import java.io.IOException;

/// What a [socketserver.benchmark.server.Main] says of its heap.
public final class LiveHeap {
    private LiveHeap() {}

    /// {@return the bytes of live heap after a collection}
    ///
    /// @throws IOException if the process has ended
    public static long bytes(Process server) throws IOException {
        server.outputWriter().write("heap\n");
        server.outputWriter().flush();
        String line = server.inputReader().readLine();
        if (line == null) {
            throw new IOException("the server has ended");
        }
        return Long.parseLong(line);
    }
}
