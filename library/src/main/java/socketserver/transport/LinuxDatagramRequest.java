package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.DatagramRequest;
import socketserver.request.Server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/// A packet that has come through a socket of the linux engine.
final class LinuxDatagramRequest extends DatagramRequest implements MovableRequest {
    private final LinuxReplies replies;
    private final @Nullable InetAddress asked;

    /// Makes a request.
    ///
    /// @param asked the address that the packet was sent to, if that is not the socket's
    LinuxDatagramRequest(
            Server server,
            SocketAddress client,
            byte[] packet,
            boolean truncated,
            LinuxReplies replies,
            @Nullable InetAddress asked) {
        super(server, client, packet, truncated);
        this.replies = replies;
        this.asked = asked;
    }

    @Override
    public SocketAddress local() {
        SocketAddress bound = replies.address();
        return asked == null
                ? bound
                : new InetSocketAddress(asked, ((InetSocketAddress) bound).getPort());
    }

    @Override
    protected void send(ByteBuffer packet) throws IOException {
        replies.send(packet, client(), asked);
    }

    @Override
    public Moved moved() {
        return new MovedPacket(id(), since(), client(), packet(), truncated(), asked);
    }

    /// Goes on as the request that it was elsewhere.
    void arrived(MovedPacket moved) {
        cameAs(moved.id(), moved.since());
    }

    @Override
    public void letGo() {
        close();
    }

    @Override
    public <T> T useDescriptor(Use<T> use) throws IOException {
        return replies.useDescriptor(use);
    }
}
