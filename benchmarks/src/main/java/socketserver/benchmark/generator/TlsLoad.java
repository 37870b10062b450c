package socketserver.benchmark.generator;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Clients of TLS, each a thread: it costs a client as much as a server, and there is no point in
/// saving what little a thread does.
final class TlsLoad implements Load {
    private final InetSocketAddress server;
    private final int clients;
    private final int size;
    private final boolean reconnects;
    // The next are guarded by this.
    private @Nullable IOException failure;
    private boolean over;

    /// Makes a load.
    ///
    /// @param reconnects whether there is a connection for each request
    TlsLoad(Order order, boolean reconnects) {
        server = order.endpoint().inetAddress();
        clients = order.connections();
        size = order.size();
        this.reconnects = reconnects;
    }

    @Override
    public void run(Recorder recorder) throws IOException {
        recorder.start(System.nanoTime());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            threads.add(Thread.ofPlatform().daemon().start(() -> askRepeatedly(recorder)));
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void askRepeatedly(Recorder recorder) {
        ByteBuffer message = ByteBuffer.allocate(size);
        try {
            if (reconnects) {
                boolean goesOn = true;
                while (goesOn) {
                    long begun = System.nanoTime();
                    try (var client = new TlsClient(server)) {
                        client.ask(message.clear());
                    }
                    goesOn = answered(recorder, begun);
                }
                return;
            }
            try (var client = new TlsClient(server)) {
                long begun;
                do {
                    begun = System.nanoTime();
                    client.ask(message.clear());
                } while (answered(recorder, begun));
            }
        } catch (IOException failed) {
            fail(failed);
        }
    }

    /// Counts an answer, on behalf of whichever thread.
    ///
    /// @return whether the window has not ended
    private synchronized boolean answered(Recorder recorder, long begun) {
        if (over) {
            return false;
        }
        long now = System.nanoTime();
        over = !recorder.goesOn(now);
        if (!over) {
            recorder.answered(now - begun);
        }
        return !over;
    }

    private synchronized void fail(IOException failed) {
        if (!over) {
            failure = failed;
            over = true;
        }
    }
}
