package socketserver.cli;

import socketserver.LiveRequest;
import socketserver.ServerListener;
import socketserver.request.CloseReason;

import java.util.concurrent.atomic.LongAdder;

/// Counts of the requests that servers have taken, and of their bytes.
final class Traffic implements ServerListener {
    private final LongAdder taken = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    /// {@return how many requests were taken}
    long taken() {
        return taken.sum();
    }

    /// {@return how many bytes the requests that have ended have received and sent}
    long endedBytes() {
        return bytes.sum();
    }

    @Override
    public void opened(LiveRequest request) {
        taken.increment();
    }

    @Override
    public void closed(LiveRequest request, CloseReason reason) {
        bytes.add(request.bytesIn() + request.bytesOut());
    }
}
