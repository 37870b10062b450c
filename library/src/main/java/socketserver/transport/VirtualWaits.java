package socketserver.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.concurrent.atomic.AtomicBoolean;

/// What the JDK waits with for the sockets of virtual threads.
public final class VirtualWaits {
    private static final AtomicBoolean PREPARED = new AtomicBoolean();

    private VirtualWaits() {}

    /// Makes the JDK open its poller now, in the background, once for each process.
    ///
    /// It opens it at the first wait of a virtual thread; if the process has no descriptor left at
    /// that moment (`EMFILE`), it never tries again, and every later wait fails.
    public static void prepare() {
        if (PREPARED.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("socketserver-prepare").start(VirtualWaits::waitOnce);
        }
    }

    private static void waitOnce() {
        try {
            Pipe pipe = Pipe.open();
            try (Pipe.SourceChannel source = pipe.source();
                    Pipe.SinkChannel sink = pipe.sink()) {
                Thread waiting = Thread.startVirtualThread(() -> read(source));
                while (waiting.isAlive() && waiting.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
                sink.write(ByteBuffer.allocate(1));
                waiting.join();
            }
        } catch (IOException | InterruptedException unprepared) {
            // The first handler that waits opens it, or not.
        }
    }

    private static void read(Pipe.SourceChannel source) {
        try {
            source.read(ByteBuffer.allocate(1));
        } catch (IOException unprepared) {
            // The first handler that waits opens it, or not.
        }
    }
}
