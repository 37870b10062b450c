package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.DatagramRequest;
import socketserver.request.Server;
import socketserver.request.Turn;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.SelectionKey;
import java.util.concurrent.locks.ReentrantLock;

/// A UDP channel that receives packets and sends the replies.
final class JdkDatagramListener extends JdkListener<DatagramChannel, DatagramRequest> {
    // One byte more than a packet may have shows that it was longer. The accepting thread's alone.
    private final ByteBuffer received;
    private final int maxPacketSize;
    private final Readiness readiness;
    // Held by the one reply that waits for room in the socket's buffer.
    private final ReentrantLock waiting = new ReentrantLock();

    private final Memberships memberships = new Memberships();

    JdkDatagramListener(DatagramChannel channel, int maxPacketSize) {
        super(channel, SelectionKey.OP_READ);
        this.maxPacketSize = maxPacketSize;
        received = ByteBuffer.allocateDirect(maxPacketSize + 1);
        readiness = new Readiness(channel);
    }

    @Override
    void bindChannel(SocketAddress address, int backlog) throws IOException {
        channel.bind(address);
    }

    @Override
    public @Nullable DatagramRequest accept(Server server) throws IOException {
        received.clear();
        SocketAddress client = channel.receive(received);
        if (client == null) {
            return null;
        }
        boolean truncated = received.flip().remaining() > maxPacketSize;
        byte[] packet = new byte[Math.min(received.remaining(), maxPacketSize)];
        received.get(packet);
        return new JdkDatagramRequest(server, client, packet, truncated);
    }

    @Override
    public void join(Membership membership) throws IOException {
        memberships.join(
                membership,
                () -> {
                    try {
                        return key(membership)::drop;
                    } catch (IllegalArgumentException unfit) {
                        throw new IllegalArgumentException(
                                ("%s does not fit the server's socket (%s): set addressFamily to"
                                                + " INET for a group of IPv4, bind an IPv6 or"
                                                + " wildcard address for one of IPv6")
                                        .formatted(membership, unfit.getMessage()),
                                unfit);
                    }
                });
    }

    private MembershipKey key(Membership membership) throws IOException {
        InetAddress source = membership.source();
        return source == null
                ? channel.join(membership.group(), membership.via())
                : channel.join(membership.group(), membership.via(), source);
    }

    @Override
    public void leave(Membership membership) throws IOException {
        memberships.leave(membership);
    }

    @Override
    public void close() throws IOException {
        super.close();
        readiness.closed();
    }

    private final class JdkDatagramRequest extends DatagramRequest {
        JdkDatagramRequest(Server server, SocketAddress client, byte[] packet, boolean truncated) {
            super(server, client, packet, truncated);
        }

        @Override
        public SocketAddress local() {
            return address();
        }

        @Override
        protected void send(ByteBuffer packet) throws IOException {
            // 0 bytes were sent of an empty packet, or of any when the socket's buffer is full.
            boolean empty = !packet.hasRemaining();
            if (channel.send(packet, client()) > 0 || empty) {
                return;
            }
            if (!Turn.currentMayWait()) {
                ByteBuffer copy = ByteBuffer.allocate(packet.remaining()).put(packet).flip();
                LateReplies.send(client(), () -> sendWaiting(copy));
                return;
            }
            Turn yielded = Turn.yieldCurrent();
            try {
                sendWaiting(packet);
            } finally {
                Turn.resume(yielded);
            }
        }

        private void sendWaiting(ByteBuffer packet) throws IOException {
            waiting.lock();
            try {
                while (channel.send(packet, client()) == 0) {
                    readiness.await(SelectionKey.OP_WRITE, 0);
                }
            } finally {
                waiting.unlock();
            }
        }
    }
}
