package socketserver.benchmark.server;

import socketserver.benchmark.address.Endpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// The JDK alone: a virtual thread for each channel.
final class VirtualThreadLoop implements EchoServer {
    @Override
    public void serve(Endpoint endpoint) throws IOException {
        ServerSocketChannel listener = JdkSockets.listen(endpoint);
        while (true) {
            SocketChannel channel = listener.accept();
            Thread.startVirtualThread(() -> echo(endpoint, channel));
        }
    }

    private static void echo(Endpoint endpoint, SocketChannel channel) {
        try (channel) {
            JdkSockets.tune(endpoint, channel);
            ByteBuffer buffer = ByteBuffer.allocateDirect(EchoServer.bufferSize());
            while (channel.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException gone) {
            // Clients end by resets.
        }
    }
}
