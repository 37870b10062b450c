package socketserver.transport;

import static socketserver.posix.Constants.AF_INET;
import static socketserver.posix.Constants.AF_INET6;
import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.IPPROTO_IP;
import static socketserver.posix.Constants.IPPROTO_IPV6;
import static socketserver.posix.Constants.IPV6_PKTINFO;
import static socketserver.posix.Constants.IPV6_RECVPKTINFO;
import static socketserver.posix.Constants.IP_PKTINFO;
import static socketserver.posix.Errno.EAGAIN;
import static socketserver.posix.Errno.EINTR;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.jspecify.annotations.Nullable;

import socketserver.posix.Libc;
import socketserver.posix.Messages;
import socketserver.posix.Scratch;
import socketserver.posix.SystemCallException;
import socketserver.request.DatagramRequest;
import socketserver.request.Server;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/// A UDP or Unix datagram socket that receives packets; [LinuxReplies] sends the answers.
///
/// Where a queue has formed it takes several packets with one call: twice as many as the last time
/// if there were as many, up to [#MOST_AT_ONCE].
final class LinuxDatagramListener extends LinuxListener<DatagramRequest> {
    private static final int MOST_AT_ONCE = 32;

    private final LinuxReplies replies = new LinuxReplies(this);
    private final Memberships memberships = new Memberships();
    private final int maxPacketSize;
    // Whether packets tell which address they were sent to: that of the socket is all of them.
    private boolean asksForLocal;
    // What was received and not taken yet. The accepting thread's alone.
    private Messages received;
    private int taken;
    private int filled;
    private int atOnce = 1;

    /// Takes a socket over, which is closed if that fails.
    LinuxDatagramListener(int domain, int number, int maxPacketSize) throws IOException {
        super(domain, number);
        this.maxPacketSize = maxPacketSize;
        received = new Messages(1, maxPacketSize);
    }

    @Override
    void bound() throws IOException {
        super.bound();
        if (address() instanceof InetSocketAddress inet && inet.getAddress().isAnyLocalAddress()) {
            askForLocal();
        }
    }

    private void askForLocal() throws SystemCallException {
        boolean six = domain == AF_INET6;
        try (Scratch scratch = Scratch.take()) {
            MemorySegment on = scratch.memory();
            on.set(JAVA_INT, 0, 1);
            SystemCallException.check(
                    Libc.setsockopt(
                            socket.number(),
                            six ? IPPROTO_IPV6 : IPPROTO_IP,
                            six ? IPV6_RECVPKTINFO : IP_PKTINFO,
                            on,
                            4),
                    "setsockopt",
                    address());
        }
        asksForLocal = true;
    }

    @Override
    public void join(Membership membership) throws IOException {
        if (domain == AF_UNIX) {
            super.join(membership);
        }
        if (domain == AF_INET && !membership.isIpv4()) {
            throw new IllegalArgumentException(
                    "%s does not fit the server's socket of IPv4: bind an IPv6 or wildcard address"
                            .formatted(membership));
        }
        memberships.join(
                membership,
                () -> {
                    whileOpen(() -> LinuxMembership.join(socket.number(), membership));
                    return () ->
                            whileOpen(() -> LinuxMembership.leave(socket.number(), membership));
                });
    }

    private void whileOpen(Memberships.Leaving action) throws IOException {
        socket.require();
        try {
            action.leave();
        } finally {
            socket.leave();
        }
    }

    @Override
    public void leave(Membership membership) throws IOException {
        memberships.leave(membership);
    }

    @Override
    public boolean hasTakenAhead() {
        return taken < filled;
    }

    @Override
    public @Nullable DatagramRequest accept(Server server) throws IOException {
        if (taken == filled && !receive()) {
            return null;
        }
        int index = taken++;
        SocketAddress client = LinuxAddress.read(received.name(index), received.nameLength(index));
        return new LinuxDatagramRequest(
                server,
                client,
                received.packet(index),
                received.truncated(index),
                replies,
                asksForLocal ? asked(index) : null);
    }

    /// {@return a request of a packet that another process has received through this socket}
    LinuxDatagramRequest request(
            Server server,
            SocketAddress client,
            byte[] packet,
            boolean truncated,
            @Nullable InetAddress asked) {
        return new LinuxDatagramRequest(server, client, packet, truncated, replies, asked);
    }

    /// Closes this process's copy of a socket that lives on in another one.
    void letGo() {
        socket.letGo();
        close();
    }

    private boolean receive() throws IOException {
        if (atOnce > received.count()) {
            received = new Messages(atOnce, maxPacketSize);
        }
        socket.require();
        int count;
        try {
            do {
                count = received.receive(socket.number(), atOnce, asksForLocal);
            } while (count == EINTR.result());
        } finally {
            socket.leave();
        }
        taken = 0;
        filled = Math.max(0, count);
        if (count == EAGAIN.result()) {
            foundNothing();
            atOnce = 1;
            return false;
        }
        SystemCallException.check(count, "recvmmsg", address());
        atOnce = count == atOnce ? Math.min(2 * atOnce, MOST_AT_ONCE) : count;
        return count > 0;
    }

    /// {@return which of our addresses a packet was sent to, or null if the kernel does not say}
    private @Nullable InetAddress asked(int index) {
        if (domain == AF_INET) {
            // struct in_pktinfo: interface, our address for an answer, address of the packet
            MemorySegment info = received.control(index, IPPROTO_IP, IP_PKTINFO);
            return info.byteSize() < 12 ? null : LinuxAddress.inet(info, 4, 4, 0);
        }
        // struct in6_pktinfo: address of the packet, interface
        MemorySegment info = received.control(index, IPPROTO_IPV6, IPV6_PKTINFO);
        return info.byteSize() < 20 ? null : LinuxAddress.inet(info, 0, 16, 0);
    }
}
