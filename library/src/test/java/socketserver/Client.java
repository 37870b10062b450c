package socketserver;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketAddress;

/// A client of a server of any family. A message is a line of a stream, or a packet.
interface Client extends AutoCloseable {
    void send(String message) throws IOException;

    /// {@return the next message, or null at the end of a stream}
    @Nullable String receive() throws IOException;

    /// {@return what it has received after it has sent that}
    default @Nullable String ask(String message) throws IOException {
        send(message);
        return receive();
    }

    /// Makes the server notice this client and start a handler.
    void knock() throws IOException;

    /// {@return how many bytes of the server's counters a message takes}
    int size(String message);

    /// {@return its address as the server sees it}
    SocketAddress address() throws IOException;

    @Override
    void close() throws IOException;
}
