package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/// A handler object for a packet: Python's `DatagramRequestHandler`.
///
/// {@snippet class="socketserver.SnippetsTest" region="datagram-handler"}
///
/// What is written to [#output()] goes back as one packet when [#handle()] returns. If nothing was
/// written or `handle` has failed, nothing is sent (Python sends an empty or a partial packet
/// then). More than one packet, or an empty one, goes by `request().reply(…)`.
public abstract class DatagramRequestHandler extends BaseRequestHandler<DatagramRequest> {
    private static final int FIRST_REPLY = 512;

    private @Nullable RequestInput input;
    private @Nullable RequestOutput output;
    private ByteBuffer gathered = ByteBuffer.allocate(0);

    /// Makes a handler; its request arrives before [#setup()].
    protected DatagramRequestHandler() {}

    /// {@return the bytes of the packet; Python's `packet`}
    protected final byte[] packet() {
        return request().packet();
    }

    /// {@return whether the packet was longer than the server's `maxPacketSize` and the rest is
    /// lost}
    protected final boolean truncated() {
        return request().truncated();
    }

    /// {@return the packet as a stream; Python's `rfile`}
    protected final RequestInput input() {
        RequestInput made = input;
        if (made == null) {
            ByteBuffer packet = ByteBuffer.wrap(packet());
            made = new RequestInput((into, _) -> move(packet, into));
            input = made;
        }
        return made;
    }

    private static int move(ByteBuffer from, ByteBuffer into) {
        if (!from.hasRemaining()) {
            return -1;
        }
        int count = Math.min(from.remaining(), into.remaining());
        into.put(from.slice(from.position(), count));
        from.position(from.position() + count);
        return count;
    }

    /// {@return the reply, which goes out as one packet when [#handle()] returns; Python's `wfile`}
    protected final RequestOutput output() {
        RequestOutput made = output;
        if (made == null) {
            made = new RequestOutput(this::gather, new ReentrantLock());
            output = made;
        }
        return made;
    }

    private void gather(ByteBuffer from) {
        if (gathered.remaining() < from.remaining()) {
            int needed = gathered.position() + from.remaining();
            ByteBuffer larger = ByteBuffer.allocate(Math.max(FIRST_REPLY, 2 * needed));
            gathered = larger.put(gathered.flip());
        }
        gathered.put(from);
    }

    @Override
    final void complete() throws IOException {
        if (output != null) {
            output.flush();
        }
        if (gathered.position() > 0) {
            request().reply(gathered.flip());
        }
    }
}
