import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/// A plain socket, connected to one of the examples.
final class Client implements AutoCloseable {
    private final Socket socket = new Socket();
    private final DataInputStream input;

    Client(InetSocketAddress server) throws IOException {
        this(server, 64 * 1024);
    }

    /// Connects a client for which the kernel keeps few or many unread bytes.
    Client(InetSocketAddress server, int receiveBuffer) throws IOException {
        socket.setReceiveBufferSize(receiveBuffer);
        socket.setSoTimeout(20_000);
        socket.connect(server);
        input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    void send(String text) throws IOException {
        send(text.getBytes(UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /// {@return the next line without its terminator, or null at the end}
    String line() throws IOException {
        var line = new ByteArrayOutputStream();
        int b = input.read();
        if (b < 0) {
            return null;
        }
        for (; b >= 0 && b != '\n'; b = input.read()) {
            line.write(b);
        }
        return line.toString(UTF_8).stripTrailing();
    }

    byte[] bytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        input.readFully(bytes);
        return bytes;
    }

    /// {@return what comes until the server ends}
    String rest() throws IOException {
        return new String(input.readAllBytes(), UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
