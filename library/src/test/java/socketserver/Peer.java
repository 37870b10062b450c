package socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/// A client of a TCP server, upon a plain socket of the JDK as a stranger would use it. No wait of
/// it is longer than 15 s.
final class Peer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 15_000;

    final Socket socket = new Socket();
    private final BufferedReader reader;

    private Peer(InetSocketAddress address) throws IOException {
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(address, PATIENCE_MILLIS);
            reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        } catch (IOException thrown) {
            socket.close();
            throw thrown;
        }
    }

    static Peer of(TcpServer server) throws IOException {
        return new Peer(server.address());
    }

    static Peer of(InetSocketAddress address) throws IOException {
        return new Peer(address);
    }

    /// {@return that many connections, for a test that needs no more of them than that}
    static List<SocketChannel> connectMany(InetSocketAddress address, int count)
            throws IOException {
        List<SocketChannel> connected = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            connected.add(SocketChannel.open(address));
        }
        return connected;
    }

    /// {@return port 0 of the loopback interface: any free one}
    static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    void send(String line) throws IOException {
        socket.getOutputStream().write((line + '\n').getBytes(UTF_8));
    }

    /// {@return the next line, or null at the end}
    @Nullable String line() throws IOException {
        return reader.readLine();
    }

    @Nullable String ask(String line) throws IOException {
        send(line);
        return line();
    }

    /// Waits until the server has closed the connection, politely or not.
    ///
    /// @return false if it sends something instead
    boolean ended() throws IOException {
        try {
            return reader.read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    /// Goes away, before the end of its block.
    void disconnect() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
