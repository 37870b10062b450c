package socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/// A client that sends and receives packets; it blocks, and the timeout of the test interrupts it.
final class PacketClient implements Client {
    // Not connected: a connected channel of the JDK sends no empty packets.
    private final DatagramChannel channel;
    private final InetSocketAddress server;

    PacketClient(InetSocketAddress server) throws IOException {
        this.server = server;
        channel = DatagramChannel.open().bind(new InetSocketAddress(server.getAddress(), 0));
    }

    @Override
    public void send(String message) throws IOException {
        send(message.getBytes(UTF_8));
    }

    void send(byte[] packet) throws IOException {
        channel.send(ByteBuffer.wrap(packet), server);
    }

    @Override
    public String receive() throws IOException {
        return new String(receivePacket(), UTF_8);
    }

    byte[] receivePacket() throws IOException {
        ByteBuffer packet = ByteBuffer.allocate(64 * 1024);
        channel.receive(packet);
        byte[] bytes = new byte[packet.flip().remaining()];
        packet.get(bytes);
        return bytes;
    }

    @Override
    public void knock() throws IOException {
        send("");
    }

    @Override
    public int size(String message) {
        return message.getBytes(UTF_8).length;
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
