package socketserver;

import socketserver.request.DatagramRequest;
import socketserver.request.RequestHandler;

import java.io.IOException;
import java.net.SocketAddress;

/// A server of packets: what UDP and Unix datagram servers share.
public abstract class DatagramServer extends ListeningServer<DatagramRequest> {
    DatagramServer() {}

    DatagramServer(
            SocketAddress address,
            RequestHandler<? super DatagramRequest> handler,
            ServerOptions options)
            throws IOException {
        super(address, handler, options);
    }

    /// {@return how many bytes of a packet are kept; Python's `max_packet_size`}
    ///
    /// Asked when the server is bound: an override must not rely on fields.
    public int maxPacketSize() {
        return options().socket().maxPacketSize();
    }

    @Override
    protected final boolean repliesThroughListener() {
        return true;
    }
}
