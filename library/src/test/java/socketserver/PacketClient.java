package socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;

/// A client that sends and receives packets; the timeout of the test interrupts it.
abstract class PacketClient implements Client {
    @Override
    public final void send(String message) throws IOException {
        send(message.getBytes(UTF_8));
    }

    abstract void send(byte[] packet) throws IOException;

    @Override
    public final String receive() throws IOException {
        return new String(receivePacket(), UTF_8);
    }

    abstract byte[] receivePacket() throws IOException;

    @Override
    public final void knock() throws IOException {
        send("");
    }

    @Override
    public final int size(String message) {
        return message.getBytes(UTF_8).length;
    }
}
