package socketserver.benchmark.server;

import socketserver.benchmark.address.Endpoint;
import socketserver.benchmark.address.Family;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/// The JDK alone: one datagram channel, one thread.
final class DatagramLoop implements EchoServer {
    @Override
    public void serve(Endpoint endpoint) throws IOException {
        if (endpoint.family() != Family.UDP) {
            throw new UnsupportedOperationException("the JDK has no datagrams but UDP's");
        }
        DatagramChannel channel = DatagramChannel.open().bind(endpoint.inetAddress());
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
        while (true) {
            SocketAddress client = channel.receive(buffer);
            channel.send(buffer.flip(), client);
            buffer.clear();
        }
    }
}
