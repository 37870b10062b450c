package socketserver.transport;

import static socketserver.posix.Constants.AF_INET6;
import static socketserver.posix.Constants.IPPROTO_IP;
import static socketserver.posix.Constants.IPPROTO_IPV6;
import static socketserver.posix.Constants.IPPROTO_TCP;
import static socketserver.posix.Constants.SOL_SOCKET;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import socketserver.posix.Constants;
import socketserver.posix.Libc;
import socketserver.posix.Scratch;
import socketserver.posix.SystemCallException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.NetworkInterface;
import java.net.SocketOption;
import java.util.HashMap;
import java.util.Map;

/// An option of a socket as the kernel has it (`socket(7)`, `tcp(7)`, `ip(7)`, `ipv6(7)`).
///
/// @param level of `setsockopt(2)`
/// @param name of `setsockopt(2)`
record LinuxOption(int level, int name) {
    // By the names of java.net.StandardSocketOptions, jdk.net.ExtendedSocketOptions and ours, so
    // that the module jdk.net is not needed.
    private static final Map<String, LinuxOption> BY_NAME = new HashMap<>();
    private static final Map<String, LinuxOption> OF_IPV6 = new HashMap<>();

    static {
        socket("SO_SNDBUF", Constants.SO_SNDBUF);
        socket("SO_RCVBUF", Constants.SO_RCVBUF);
        socket("SO_REUSEADDR", Constants.SO_REUSEADDR);
        socket("SO_REUSEPORT", Constants.SO_REUSEPORT);
        socket("SO_BROADCAST", Constants.SO_BROADCAST);
        socket("SO_KEEPALIVE", Constants.SO_KEEPALIVE);
        socket("SO_LINGER", Constants.SO_LINGER);
        socket("SO_INCOMING_NAPI_ID", Constants.SO_INCOMING_NAPI_ID);
        tcp("TCP_NODELAY", Constants.TCP_NODELAY);
        tcp("TCP_QUICKACK", Constants.TCP_QUICKACK);
        tcp("TCP_KEEPIDLE", Constants.TCP_KEEPIDLE);
        tcp("TCP_KEEPINTERVAL", Constants.TCP_KEEPINTVL);
        tcp("TCP_KEEPCOUNT", Constants.TCP_KEEPCNT);
        tcp("TCP_USER_TIMEOUT", Constants.TCP_USER_TIMEOUT);
        internet("IP_TOS", Constants.IP_TOS, Constants.IPV6_TCLASS);
        internet("IP_MULTICAST_IF", Constants.IP_MULTICAST_IF, Constants.IPV6_MULTICAST_IF);
        internet("IP_MULTICAST_TTL", Constants.IP_MULTICAST_TTL, Constants.IPV6_MULTICAST_HOPS);
        internet("IP_MULTICAST_LOOP", Constants.IP_MULTICAST_LOOP, Constants.IPV6_MULTICAST_LOOP);
        OF_IPV6.put("IPV6_V6ONLY", new LinuxOption(IPPROTO_IPV6, Constants.IPV6_V6ONLY));
    }

    private static void socket(String option, int name) {
        BY_NAME.put(option, new LinuxOption(SOL_SOCKET, name));
    }

    private static void tcp(String option, int name) {
        BY_NAME.put(option, new LinuxOption(IPPROTO_TCP, name));
    }

    private static void internet(String option, int four, int six) {
        BY_NAME.put(option, new LinuxOption(IPPROTO_IP, four));
        OF_IPV6.put(option, new LinuxOption(IPPROTO_IPV6, six));
    }

    /// {@return whether there is such an option for some kind of socket}
    static boolean exists(SocketOption<?> option) {
        return BY_NAME.containsKey(option.name()) || OF_IPV6.containsKey(option.name());
    }

    private static LinuxOption of(SocketOption<?> option, int domain) {
        LinuxOption found = domain == AF_INET6 ? OF_IPV6.get(option.name()) : null;
        if (found == null) {
            found = BY_NAME.get(option.name());
        }
        if (found == null) {
            throw new UnsupportedOperationException(
                    "the linux engine has no option %s for this kind of socket"
                            .formatted(option.name()));
        }
        return found;
    }

    /// Sets an option of a socket of that domain.
    ///
    /// @throws UnsupportedOperationException if there is no such option for it
    static <T> void set(int descriptor, int domain, SocketOption<T> option, T value)
            throws IOException {
        LinuxOption found = of(option, domain);
        found.set(descriptor, option, value);
        LinuxOption ofIpv4 = BY_NAME.get(option.name());
        if (ofIpv4 != null && !ofIpv4.equals(found)) {
            // An IPv6 socket sends its IPv4 packets by the options of IPv4.
            ofIpv4.set(descriptor, option, value);
        }
    }

    private <T> void set(int descriptor, SocketOption<T> option, T value) throws IOException {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment memory = scratch.memory();
            int length = write(value, memory);
            check(Libc.setsockopt(descriptor, level, name, memory, length), "setsockopt", option);
        }
    }

    private static void check(int result, String call, SocketOption<?> option)
            throws SystemCallException {
        SystemCallException.check(result, call, option.name());
    }

    private int write(Object value, MemorySegment into) throws IOException {
        if (isLinger()) {
            // struct linger: on or off, seconds
            int seconds = (Integer) value;
            into.set(JAVA_INT, 0, seconds < 0 ? 0 : 1);
            into.set(JAVA_INT, 4, Math.max(0, seconds));
            return 8;
        }
        if (value instanceof NetworkInterface network) {
            // struct ip_mreqn: two addresses that are not used, and the index; for IPv6 the index
            boolean six = level == IPPROTO_IPV6;
            into.asSlice(0, 12).fill((byte) 0);
            into.set(JAVA_INT, six ? 0 : 8, network.getIndex());
            return six ? 4 : 12;
        }
        into.set(JAVA_INT, 0, value instanceof Boolean on ? (on ? 1 : 0) : (Integer) value);
        return 4;
    }

    private boolean isLinger() {
        return level == SOL_SOCKET && name == Constants.SO_LINGER;
    }

    /// {@return the value of an option of a socket of that domain}
    ///
    /// @throws UnsupportedOperationException if there is no such option for it
    static <T> T get(int descriptor, int domain, SocketOption<T> option) throws IOException {
        LinuxOption found = of(option, domain);
        try (Scratch scratch = Scratch.take()) {
            MemorySegment length = scratch.memory();
            MemorySegment memory = length.asSlice(8, 16).fill((byte) 0);
            length.set(JAVA_INT, 0, (int) memory.byteSize());
            check(
                    Libc.getsockopt(descriptor, found.level, found.name, memory, length),
                    "getsockopt",
                    option);
            return option.type().cast(found.read(option.type(), memory));
        }
    }

    private Object read(Class<?> type, MemorySegment from) throws IOException {
        int first = from.get(JAVA_INT, 0);
        if (isLinger()) {
            return first == 0 ? -1 : from.get(JAVA_INT, 4);
        }
        if (type == Boolean.class) {
            return first != 0;
        }
        if (type == NetworkInterface.class) {
            int index = level == IPPROTO_IPV6 ? first : from.get(JAVA_INT, 8);
            return NetworkInterface.getByIndex(index);
        }
        return first;
    }
}
