package socketserver.transport;

import static socketserver.posix.Constants.AF_INET;
import static socketserver.posix.Constants.AF_INET6;
import static socketserver.posix.Constants.AF_UNIX;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import socketserver.request.UnixAddress;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/// Addresses as the kernel has them (`ip(7)`, `ipv6(7)`, `unix(7)`): `struct sockaddr_in`,
/// `sockaddr_in6` and `sockaddr_un`.
final class LinuxAddress {
    /// How long the longest of them is, `sockaddr_un`, with room for a zero byte behind it.
    static final int MAX_LENGTH = 112;

    private static final int FAMILY_LENGTH = 2;
    private static final ValueLayout.OfShort PORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int IN_LENGTH = 16;
    private static final int IN6_LENGTH = 28;

    private LinuxAddress() {}

    static int domain(StandardProtocolFamily family) {
        return switch (family) {
            case INET -> AF_INET;
            case INET6 -> AF_INET6;
            case UNIX -> AF_UNIX;
        };
    }

    /// Writes an address.
    ///
    /// @param domain that of the socket: an IPv6 socket wants IPv4 addresses as mapped ones (RFC
    ///   4291, 2.5.5.2)
    /// @return how many bytes it has
    static int write(SocketAddress address, int domain, MemorySegment into) {
        // No pattern switch on the way to the first byte: each is linked when it first runs, which
        // takes some milliseconds.
        if (address instanceof UnixAddress unix) {
            return write(unix, into);
        }
        if (address instanceof InetSocketAddress inet) {
            return domain == AF_INET ? write4(inet, into) : write6(inet, into);
        }
        throw new IllegalArgumentException("unknown kind of address: " + address);
    }

    private static int write(UnixAddress unix, MemorySegment into) {
        into.set(JAVA_SHORT, 0, (short) AF_UNIX);
        if (unix.isUnnamed()) {
            return FAMILY_LENGTH;
        }
        byte[] name = unix.bytes();
        int start = FAMILY_LENGTH;
        if (unix.isAbstract()) {
            into.set(JAVA_BYTE, start++, (byte) 0);
        }
        MemorySegment.copy(name, 0, into, JAVA_BYTE, start, name.length);
        int end = start + name.length;
        // A path of 108 bytes goes without: the kernel takes no longer address (EINVAL).
        if (!unix.isAbstract() && name.length <= UnixAddress.MAX_BYTES) {
            into.set(JAVA_BYTE, end++, (byte) 0);
        }
        return end;
    }

    private static int write4(InetSocketAddress inet, MemorySegment into) {
        into.set(JAVA_SHORT, 0, (short) AF_INET);
        into.set(PORT, 2, (short) inet.getPort());
        into.asSlice(4, IN_LENGTH - 4).fill((byte) 0);
        InetAddress address = inet.getAddress();
        if (address instanceof Inet4Address) {
            MemorySegment.copy(address.getAddress(), 0, into, JAVA_BYTE, 4, 4);
        } else if (!address.isAnyLocalAddress()) {
            throw new IllegalArgumentException(
                    "address %s must be of IPv4 for an IPv4 socket".formatted(inet));
        }
        return IN_LENGTH;
    }

    private static int write6(InetSocketAddress inet, MemorySegment into) {
        into.asSlice(0, IN6_LENGTH).fill((byte) 0);
        into.set(JAVA_SHORT, 0, (short) AF_INET6);
        into.set(PORT, 2, (short) inet.getPort());
        write6(inet.getAddress(), into.asSlice(8, 16));
        if (inet.getAddress() instanceof Inet6Address six) {
            into.set(JAVA_INT, 24, six.getScopeId());
        }
        return IN6_LENGTH;
    }

    /// Writes the 16 bytes of an IPv6 address, or of an IPv4 one as a mapped address.
    static void write6(InetAddress address, MemorySegment into) {
        byte[] bytes = address.getAddress();
        into.fill((byte) 0);
        if (bytes.length == 4 && !address.isAnyLocalAddress()) {
            into.set(JAVA_SHORT, 10, (short) 0xffff);
        }
        MemorySegment.copy(bytes, 0, into, JAVA_BYTE, 16L - bytes.length, bytes.length);
    }

    /// {@return the address that stands there}
    ///
    /// @param length how many bytes it has, as the kernel says
    static SocketAddress read(MemorySegment from, int length) {
        if (length < FAMILY_LENGTH) {
            return UnixAddress.unnamed();
        }
        return switch (from.get(JAVA_SHORT, 0)) {
            case AF_UNIX -> readUnix(from, length);
            case AF_INET -> new InetSocketAddress(inet(from, 4, 4, 0), port(from));
            case AF_INET6 ->
                    new InetSocketAddress(inet(from, 8, 16, from.get(JAVA_INT, 24)), port(from));
            default ->
                    throw new IllegalArgumentException(
                            "unknown address family: " + from.get(JAVA_SHORT, 0));
        };
    }

    private static int port(MemorySegment from) {
        return Short.toUnsignedInt(from.get(PORT, 2));
    }

    /// {@return the address of those bytes; a mapped one as the IPv4 address that it stands for}
    static InetAddress inet(MemorySegment from, long offset, int length, int scope) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(from, JAVA_BYTE, offset, bytes, 0, length);
        try {
            return scope == 0
                    ? InetAddress.getByAddress(bytes)
                    : Inet6Address.getByAddress(null, bytes, scope);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static UnixAddress readUnix(MemorySegment from, int length) {
        // A path may fill all 108 bytes, without the zero that ends shorter ones.
        int end = Math.min(length, FAMILY_LENGTH + UnixAddress.MAX_BYTES + 1);
        if (end == FAMILY_LENGTH) {
            return UnixAddress.unnamed();
        }
        if (from.get(JAVA_BYTE, FAMILY_LENGTH) == 0) {
            // An unbound socket of some kernels has a zero byte for its path.
            return end == FAMILY_LENGTH + 1
                    ? UnixAddress.unnamed()
                    : UnixAddress.abstractName(bytes(from, FAMILY_LENGTH + 1, end));
        }
        int zero = FAMILY_LENGTH;
        while (zero < end && from.get(JAVA_BYTE, zero) != 0) {
            zero++;
        }
        return UnixAddress.of(bytes(from, FAMILY_LENGTH, zero));
    }

    private static byte[] bytes(MemorySegment from, int start, int end) {
        return from.asSlice(start, end - start).toArray(JAVA_BYTE);
    }
}
