package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;

/// What a capture file knows of one request: the two ends of its packets, and how far each has
/// come.
///
/// Guarded by the lock of the tap that has it.
final class PcapFlow {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    // Ports of those that have none. No client gets the server's.
    private static final int SERVER_PORT = 0xffff;
    private static final int FIRST_CLIENT_PORT = 1024;

    final End client;
    final End server;

    /// One end of the packets.
    static final class End {
        final byte[] address;
        final int port;
        // The number of the next byte that it sends. That of its SYN is 0.
        int next = 1;

        private End(byte[] address, int port) {
            this.address = address;
            this.port = port;
        }
    }

    private PcapFlow(End client, End server) {
        this.client = client;
        this.server = server;
    }

    /// {@return what is known of a request before anything was seen of it}
    static PcapFlow of(Request request) {
        InetSocketAddress client = resolved(request.client());
        InetSocketAddress server = resolved(request.local());
        if (client == null || server == null) {
            long port = FIRST_CLIENT_PORT + request.id() % (SERVER_PORT - FIRST_CLIENT_PORT);
            return new PcapFlow(new End(LOOPBACK, (int) port), new End(LOOPBACK, SERVER_PORT));
        }
        byte[] theirs = client.getAddress().getAddress();
        InetAddress asked = server.getAddress();
        byte[] ours = asked.isAnyLocalAddress() ? new byte[theirs.length] : asked.getAddress();
        boolean mixed = theirs.length != ours.length;
        return new PcapFlow(
                new End(mixed ? mapped(theirs) : theirs, client.getPort()),
                new End(mixed ? mapped(ours) : ours, server.getPort()));
    }

    private static @Nullable InetSocketAddress resolved(SocketAddress address) {
        return address instanceof InetSocketAddress internet && !internet.isUnresolved()
                ? internet
                : null;
    }

    /// {@return the address as one of IPv6: one of IPv4 as a mapped one (RFC 4291)}
    private static byte[] mapped(byte[] address) {
        if (address.length == 16) {
            return address;
        }
        byte[] mapped = new byte[16];
        Arrays.fill(mapped, 10, 12, (byte) 0xff);
        System.arraycopy(address, 0, mapped, 12, 4);
        return mapped;
    }
}
