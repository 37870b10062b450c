package socketserver.transport;

import static socketserver.posix.Constants.AF_INET;
import static socketserver.posix.Constants.AF_INET6;
import static socketserver.posix.Constants.IPPROTO_IP;
import static socketserver.posix.Constants.IPPROTO_IPV6;
import static socketserver.posix.Constants.MCAST_JOIN_GROUP;
import static socketserver.posix.Constants.MCAST_JOIN_SOURCE_GROUP;
import static socketserver.posix.Constants.MCAST_LEAVE_GROUP;
import static socketserver.posix.Constants.MCAST_LEAVE_SOURCE_GROUP;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import socketserver.posix.Libc;
import socketserver.posix.Scratch;
import socketserver.posix.SystemCallException;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// Joining and leaving of multicast groups as RFC 3678 (5.1) has it, the same for IPv4 and IPv6.
///
/// An IPv6 socket that takes IPv4 packets joins groups of IPv4, too, with the level of IPv4.
final class LinuxMembership {
    // struct group_req and group_source_req: the number of the interface, then one or two
    // struct sockaddr_storage
    private static final int GROUP = 8;
    private static final int STORAGE = 128;

    private LinuxMembership() {}

    static void join(int descriptor, Membership membership) throws SystemCallException {
        set(
                descriptor,
                membership,
                membership.source() == null ? MCAST_JOIN_GROUP : MCAST_JOIN_SOURCE_GROUP);
    }

    static void leave(int descriptor, Membership membership) throws SystemCallException {
        set(
                descriptor,
                membership,
                membership.source() == null ? MCAST_LEAVE_GROUP : MCAST_LEAVE_SOURCE_GROUP);
    }

    private static void set(int descriptor, Membership membership, int name)
            throws SystemCallException {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment request = scratch.memory().asSlice(0, GROUP + 2 * STORAGE);
            request.fill((byte) 0);
            request.set(JAVA_INT, 0, membership.via().getIndex());
            write(membership, membership.group(), request.asSlice(GROUP, STORAGE));
            InetAddress source = membership.source();
            if (source != null) {
                write(membership, source, request.asSlice(GROUP + STORAGE, STORAGE));
            }
            SystemCallException.check(
                    Libc.setsockopt(
                            descriptor,
                            membership.isIpv4() ? IPPROTO_IP : IPPROTO_IPV6,
                            name,
                            request,
                            GROUP + (source == null ? 1 : 2) * STORAGE),
                    "setsockopt",
                    membership);
        }
    }

    private static void write(Membership membership, InetAddress address, MemorySegment into) {
        LinuxAddress.write(
                new InetSocketAddress(address, 0), membership.isIpv4() ? AF_INET : AF_INET6, into);
    }
}
