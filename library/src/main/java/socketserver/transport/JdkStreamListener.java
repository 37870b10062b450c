package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.Server;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;

/// A listening TCP or Unix stream channel.
final class JdkStreamListener extends JdkListener<ServerSocketChannel, StreamRequest> {
    // Not changed any more once it is bound.
    private final Map<SocketOption<?>, Object> accepted = new HashMap<>();

    JdkStreamListener(ServerSocketChannel channel) {
        super(channel, SelectionKey.OP_ACCEPT);
    }

    @Override
    public <T> void optionOfAccepted(SocketOption<T> option, T value) {
        accepted.put(option, value);
    }

    @Override
    void bindChannel(SocketAddress address, int backlog) throws IOException {
        channel.bind(address, backlog);
    }

    @Override
    public @Nullable StreamRequest accept(Server server) throws IOException {
        SocketChannel connection = channel.accept();
        if (connection == null) {
            return null;
        }
        try {
            for (Map.Entry<SocketOption<?>, Object> each : accepted.entrySet()) {
                set(connection, each.getKey(), each.getValue());
            }
            return new JdkStreamRequest(
                    server, JdkEngine.fromJdk(connection.getRemoteAddress()), connection);
        } catch (Throwable thrown) {
            connection.close();
            throw thrown;
        }
    }

    @SuppressWarnings("unchecked") // optionOfAccepted takes a value of the option's type only
    private static <T> void set(SocketChannel connection, SocketOption<T> option, Object value)
            throws IOException {
        connection.setOption(option, (T) value);
    }
}
