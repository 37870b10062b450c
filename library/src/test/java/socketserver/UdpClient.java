package socketserver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/// A client of UDP, by a channel of the JDK; it blocks.
final class UdpClient extends PacketClient {
    // Not connected: a connected channel of the JDK sends no empty packets.
    private final DatagramChannel channel;
    private final InetSocketAddress server;

    UdpClient(InetSocketAddress server) throws IOException {
        this.server = server;
        channel = DatagramChannel.open().bind(new InetSocketAddress(server.getAddress(), 0));
    }

    @Override
    void send(byte[] packet) throws IOException {
        channel.send(ByteBuffer.wrap(packet), server);
    }

    @Override
    byte[] receivePacket() throws IOException {
        ByteBuffer packet = ByteBuffer.allocate(64 * 1024);
        channel.receive(packet);
        byte[] bytes = new byte[packet.flip().remaining()];
        packet.get(bytes);
        return bytes;
    }

    @Override
    public SocketAddress address() throws IOException {
        return channel.getLocalAddress();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
