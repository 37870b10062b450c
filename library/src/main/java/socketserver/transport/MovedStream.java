package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.ClientDeadlines;
import socketserver.request.ProxyHeader;
import socketserver.request.Server;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Instant;

/// A connection on its way to another process.
///
/// @param peer the other end of the connection
/// @param header what a proxy has said there of the client
/// @param ahead what was read ahead of the handler
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record MovedStream(
        long id,
        Instant since,
        SocketAddress peer,
        @Nullable ProxyHeader header,
        ClientDeadlines deadlines,
        byte[] ahead)
        implements Moved {
    @Override
    public Arrived arrive(Server server, int descriptor) throws IOException {
        LinuxStreamRequest request = LinuxEngine.instance().connection(server, peer, descriptor);
        request.arrived(this);
        return new Arrived(request, request::close);
    }
}
