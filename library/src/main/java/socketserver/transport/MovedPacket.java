package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.Server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.time.Instant;
import java.util.Set;

/// A packet on its way to another process, which answers it through the server's socket.
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
record MovedPacket(
        long id,
        Instant since,
        SocketAddress client,
        byte[] packet,
        boolean truncated,
        @Nullable InetAddress asked)
        implements Moved {
    @Override
    public Arrived arrive(Server server, int descriptor) throws IOException {
        LinuxDatagramListener socket =
                LinuxEngine.instance()
                        .adoptDatagram(Set.of(StandardProtocolFamily.values()), descriptor, 1);
        LinuxDatagramRequest request = socket.request(server, client, packet, truncated, asked);
        request.arrived(this);
        return new Arrived(request, socket::letGo);
    }
}
