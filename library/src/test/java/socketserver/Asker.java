package socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;

/// A client of a UDP server, upon a plain socket of the JDK.
final class Asker implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 15_000;
    private static final int LONGEST = 65_535;

    private final InetSocketAddress server;
    private final DatagramSocket socket =
            new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    Asker(UdpServer server) throws IOException {
        this.server = server.address();
    }

    void send(String packet) throws IOException {
        byte[] bytes = packet.getBytes(UTF_8);
        socket.send(new DatagramPacket(bytes, bytes.length, server));
    }

    String answer() throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        return receive();
    }

    /// {@return whether no packet comes for that time}
    boolean hearsNothingFor(Duration time) throws IOException {
        socket.setSoTimeout((int) time.toMillis());
        try {
            receive();
            return false;
        } catch (SocketTimeoutException nothing) {
            return true;
        }
    }

    private String receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), UTF_8);
    }

    String ask(String packet) throws IOException {
        send(packet);
        return answer();
    }

    @Override
    public void close() {
        socket.close();
    }
}
