package socketserver.benchmark.server;

import socketserver.benchmark.address.Endpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// The JDK alone: one selector on one thread.
final class SelectorLoop implements EchoServer {
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);

    @Override
    public void serve(Endpoint endpoint) throws IOException {
        Selector selector = Selector.open();
        ServerSocketChannel listener = JdkSockets.listen(endpoint);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        while (true) {
            selector.select(
                    key -> {
                        try {
                            if (key.isAcceptable()) {
                                accept(endpoint, selector, listener);
                            } else {
                                echo((SocketChannel) key.channel());
                            }
                        } catch (IOException failed) {
                            throw new UncheckedIOException(failed);
                        }
                    });
        }
    }

    private static void accept(Endpoint endpoint, Selector selector, ServerSocketChannel listener)
            throws IOException {
        for (SocketChannel channel; (channel = listener.accept()) != null; ) {
            channel.configureBlocking(false);
            JdkSockets.tune(endpoint, channel);
            channel.register(selector, SelectionKey.OP_READ);
        }
    }

    private void echo(SocketChannel channel) throws IOException {
        try {
            buffer.clear();
            if (channel.read(buffer) < 0) {
                channel.close();
                return;
            }
            buffer.flip();
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException gone) {
            channel.close();
        }
    }
}
