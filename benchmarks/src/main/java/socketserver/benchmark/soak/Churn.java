package socketserver.benchmark.soak;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Clients that come at a fixed rate, each over a connection of its own: they send, are answered
/// and go; one of twenty goes before its answer has come.
final class Churn implements AutoCloseable {
    private static final int[] SIZES = {1, 64, 1024, 16 * 1024, 64 * 1024};
    private static final int ONE_LEAVES_OF = 20;
    // Client ports per address are few (ip_local_port_range), addresses of loopback are many.
    private static final int LOCAL_ADDRESSES = 200;
    private static final long LONGEST_NANOS = 60_000_000_000L;

    private final InetSocketAddress server;
    private final long nanosBetween;
    private final Recorder latencies = new Recorder(LONGEST_NANOS, 3);
    private final AtomicLong failures = new AtomicLong();
    private final Thread clock;
    private volatile @Nullable Throwable lastFailure;
    private volatile boolean closed;

    private Churn(InetSocketAddress server, double rate) {
        this.server = server;
        nanosBetween = (long) (1e9 / rate);
        clock = Thread.ofPlatform().name("churn").daemon().unstarted(this::run);
    }

    static Churn start(InetSocketAddress server, double rate) {
        Churn churn = new Churn(server, rate);
        churn.clock.start();
        return churn;
    }

    private void run() {
        long begin = System.nanoTime();
        for (long number = 0; !closed; number++) {
            long due = begin + number * nanosBetween;
            for (long wait; (wait = due - System.nanoTime()) > 0; ) {
                LockSupport.parkNanos(wait);
            }
            long client = number;
            Thread.startVirtualThread(() -> visit(client, due));
        }
    }

    private void visit(long number, long due) {
        try (SocketChannel channel = SocketChannel.open()) {
            int host = 2 + (int) (number % LOCAL_ADDRESSES);
            channel.bind(new InetSocketAddress("127.0.0." + host, 0));
            channel.connect(server);
            int size = SIZES[(int) (number % SIZES.length)];
            for (ByteBuffer all = ByteBuffer.allocate(size); all.hasRemaining(); ) {
                channel.write(all);
            }
            if (number % ONE_LEAVES_OF == 0) {
                return;
            }
            for (ByteBuffer answer = ByteBuffer.allocate(size); answer.hasRemaining(); ) {
                if (channel.read(answer) < 0) {
                    throw new EOFException(
                            "the answer ended after %d of %d bytes"
                                    .formatted(answer.position(), size));
                }
            }
            latencies.recordValue(Math.clamp(System.nanoTime() - due, 0, LONGEST_NANOS));
        } catch (IOException failed) {
            failures.incrementAndGet();
            lastFailure = failed;
        }
    }

    /// {@return the latencies since the last time}
    Histogram latencies() {
        return latencies.getIntervalHistogram();
    }

    /// {@return how many clients were not served since the last time}
    long failures() {
        return failures.getAndSet(0);
    }

    /// {@return why the last client that was not served was not}
    @Nullable Throwable lastFailure() {
        return lastFailure;
    }

    @Override
    public void close() {
        closed = true;
    }
}
