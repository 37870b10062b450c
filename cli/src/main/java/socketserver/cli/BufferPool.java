package socketserver.cli;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// A pool of direct buffers of one size: making and forgetting one for each connection would leave
/// their memory to the collector, which does not see it.
final class BufferPool {
    private final int bytes;
    private final int keep;
    private final ConcurrentLinkedQueue<ByteBuffer> idle = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    /// Makes an empty pool.
    ///
    /// @param bytes how large each buffer is
    /// @param keep how many idle ones are kept at most
    BufferPool(int bytes, int keep) {
        this.bytes = bytes;
        this.keep = keep;
    }

    /// {@return an empty buffer}
    ByteBuffer take() {
        ByteBuffer kept = idle.poll();
        if (kept == null) {
            return ByteBuffer.allocateDirect(bytes);
        }
        count.decrementAndGet();
        return kept.clear();
    }

    /// Takes a buffer back that nobody uses any more.
    void give(ByteBuffer buffer) {
        if (count.incrementAndGet() <= keep) {
            idle.add(buffer);
        } else {
            count.decrementAndGet();
        }
    }
}
