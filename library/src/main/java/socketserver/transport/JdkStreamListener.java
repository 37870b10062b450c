package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.Server;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// A listening TCP or Unix stream channel.
final class JdkStreamListener extends JdkListener<ServerSocketChannel, StreamRequest> {
    JdkStreamListener(ServerSocketChannel channel) {
        super(channel, SelectionKey.OP_ACCEPT);
    }

    @Override
    void bindChannel(SocketAddress address, int backlog) throws IOException {
        channel.bind(address, backlog);
    }

    @Override
    public @Nullable StreamRequest accept(Server server) throws IOException {
        SocketChannel accepted = channel.accept();
        if (accepted == null) {
            return null;
        }
        try {
            return new JdkStreamRequest(
                    server, JdkEngine.fromJdk(accepted.getRemoteAddress()), accepted);
        } catch (Throwable thrown) {
            accepted.close();
            throw thrown;
        }
    }
}
