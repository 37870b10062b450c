package socketserver.request;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/// A packet of a client, and the way to answer it: Python's `(data, socket)` of a datagram server.
public abstract class DatagramRequest extends Request {
    private static final AtomicLongFieldUpdater<DatagramRequest> BYTES_OUT =
            AtomicLongFieldUpdater.newUpdater(DatagramRequest.class, "bytesOut");

    private final byte[] packet;
    private final boolean truncated;
    private volatile boolean closed;
    // Added to by any thread.
    private volatile long bytesOut;

    /// Makes a request of that client to that server.
    ///
    /// @param packet its bytes; not copied
    /// @param truncated whether the packet was longer than that
    protected DatagramRequest(
            Server server, SocketAddress client, byte[] packet, boolean truncated) {
        super(server, client);
        this.packet = packet;
        this.truncated = truncated;
    }

    /// {@return the bytes of the packet, possibly none; the array is the request's own and may be
    /// written}
    public final byte[] packet() {
        return packet;
    }

    /// {@return whether the packet was longer than the server's `maxPacketSize` and the rest is
    /// lost}
    ///
    /// Python cuts silently.
    public final boolean truncated() {
        return truncated;
    }

    /// Sends a packet back to the client, at once; any number of times, from any thread.
    ///
    /// It goes out of the server's own socket. As with every datagram, that it was sent does not
    /// mean that it arrives.
    ///
    /// @throws ClosedChannelException if the request was closed
    /// @throws IOException if the system refuses the packet: longer than 65,507 bytes over IPv4,
    ///   say
    public final void reply(byte[] packet) throws IOException {
        reply(ByteBuffer.wrap(packet));
    }

    /// Sends all that the buffer has left as one packet back to the client, at once; any number of
    /// times, from any thread.
    ///
    /// @throws ClosedChannelException if the request was closed
    /// @throws IOException if the system refuses the packet
    public final void reply(ByteBuffer packet) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        int length = packet.remaining();
        Tapping tapping = tapping();
        ByteBuffer seen = tapping == null ? packet : packet.duplicate();
        send(packet);
        BYTES_OUT.addAndGet(this, length);
        if (tapping != null) {
            tapping.sent(seen.position(seen.limit()), length);
        }
    }

    @Override
    final void catchUp(Tapping tapping) {
        tapping.received(ByteBuffer.wrap(packet).position(packet.length), packet.length);
    }

    /// Sends a packet to the client; called by any thread.
    protected abstract void send(ByteBuffer packet) throws IOException;

    /// Lets the request go on by another model with another handler, when the handler that runs now
    /// has returned: in a thread, or in another process.
    ///
    /// If the present handler throws, the request ends as ever.
    ///
    /// @throws IllegalArgumentException if the handler cannot go there; says why
    /// @throws UnsupportedOperationException if the model can run none here, or the server is of a
    ///   kind that cannot do this
    /// @throws IllegalStateException if no handler runs the request at this moment
    public final void continueIn(
            RequestRunner model, RequestHandler<? super DatagramRequest> handler) {
        server().continueIn(model, this, handler);
    }

    @Override
    public final long bytesIn() {
        return packet.length;
    }

    @Override
    public final long bytesOut() {
        return bytesOut;
    }

    @Override
    public final boolean isOpen() {
        return !closed;
    }

    @Override
    public final void close() {
        closed = true;
    }
}
