package socketserver.transport;

import socketserver.request.ClientDeadlines;
import socketserver.request.Server;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Instant;

/// A connection on its way to another process.
///
/// @param ahead what was read ahead of the handler
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record MovedStream(
        long id, Instant since, SocketAddress client, ClientDeadlines deadlines, byte[] ahead)
        implements Moved {
    @Override
    public Arrived arrive(Server server, int descriptor) throws IOException {
        LinuxStreamRequest request = LinuxEngine.instance().connection(server, client, descriptor);
        request.arrived(this);
        return new Arrived(request, request::close);
    }
}
