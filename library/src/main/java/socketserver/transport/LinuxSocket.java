package socketserver.transport;

import static socketserver.posix.Constants.AF_INET;
import static socketserver.posix.Constants.AF_INET6;
import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.FD_CLOEXEC;
import static socketserver.posix.Constants.F_GETFL;
import static socketserver.posix.Constants.F_SETFD;
import static socketserver.posix.Constants.F_SETFL;
import static socketserver.posix.Constants.IPPROTO_IP;
import static socketserver.posix.Constants.IPPROTO_IPV6;
import static socketserver.posix.Constants.IPV6_MULTICAST_ALL;
import static socketserver.posix.Constants.IPV6_V6ONLY;
import static socketserver.posix.Constants.IP_MULTICAST_ALL;
import static socketserver.posix.Constants.O_NONBLOCK;
import static socketserver.posix.Constants.SOCK_CLOEXEC;
import static socketserver.posix.Constants.SOCK_DGRAM;
import static socketserver.posix.Constants.SOCK_NONBLOCK;
import static socketserver.posix.Constants.SOCK_STREAM;
import static socketserver.posix.Constants.SOL_SOCKET;
import static socketserver.posix.Constants.SO_ACCEPTCONN;
import static socketserver.posix.Constants.SO_DOMAIN;
import static socketserver.posix.Constants.SO_LINGER;
import static socketserver.posix.Constants.SO_PEERCRED;
import static socketserver.posix.Constants.SO_REUSEADDR;
import static socketserver.posix.Constants.SO_SNDBUF;
import static socketserver.posix.Constants.SO_TYPE;
import static socketserver.posix.Errno.EACCES;
import static socketserver.posix.Errno.EADDRINUSE;
import static socketserver.posix.Errno.EADDRNOTAVAIL;
import static socketserver.posix.Errno.EAFNOSUPPORT;
import static socketserver.posix.Errno.EBADF;
import static socketserver.posix.Errno.EINVAL;
import static socketserver.posix.Errno.ENOTCONN;
import static socketserver.posix.Errno.ENOTSOCK;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.jspecify.annotations.Nullable;

import socketserver.posix.Libc;
import socketserver.posix.Scratch;
import socketserver.posix.SystemCallException;
import socketserver.request.UnixAddress;
import socketserver.request.UnixCredentials;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.TreeSet;

/// What is done with sockets of all kinds.
final class LinuxSocket {
    // How many bytes of answers may wait until their clients read them. The system cuts it to
    // net.core.wmem_max, and doubles it.
    private static final int UNREAD_DATAGRAMS = 1 << 20;

    private LinuxSocket() {}

    /// {@return the domain of sockets of that family: that of IPv4 where the system has no IPv6}
    static int domain(StandardProtocolFamily family) throws SystemCallException {
        int domain = LinuxAddress.domain(family);
        return domain == AF_INET6 && !hasIpv6() ? AF_INET : domain;
    }

    private static boolean hasIpv6() throws SystemCallException {
        int result = Libc.socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (result == EAFNOSUPPORT.result()) {
            return false;
        }
        Libc.close(SystemCallException.check(result, "socket", null));
        return true;
    }

    /// {@return a new socket, non-blocking and not for child processes, with the options that the
    /// JDK sets, too}
    static int open(int domain, int type) throws SystemCallException {
        int made =
                SystemCallException.check(
                        Libc.socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                        "socket",
                        null);
        try {
            if (domain == AF_INET6) {
                // IPv4, too, whatever the system's default (net.ipv6.bindv6only) is.
                set(made, IPPROTO_IPV6, IPV6_V6ONLY, 0);
            }
            if (domain != AF_UNIX && type == SOCK_STREAM) {
                // A port whose old connections are in TIME-WAIT can be bound again.
                set(made, SOL_SOCKET, SO_REUSEADDR, 1);
            }
            if (domain != AF_UNIX && type == SOCK_DGRAM) {
                // No packets of groups that only others on this machine have joined.
                set(made, IPPROTO_IP, IP_MULTICAST_ALL, 0);
            }
            if (domain == AF_INET6 && type == SOCK_DGRAM) {
                set(made, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
            }
            if (domain == AF_UNIX && type == SOCK_DGRAM) {
                // What a client has not read yet is in our buffer: where queues are long (systemd
                // makes net.unix.max_dgram_qlen 512), one that reads nothing would leave no room
                // for answers to others.
                set(made, SOL_SOCKET, SO_SNDBUF, UNREAD_DATAGRAMS);
            }
            return made;
        } catch (Throwable thrown) {
            Libc.close(made);
            throw thrown;
        }
    }

    /// {@return the number of a new connection, non-blocking, with the Unix stream socket at that
    /// address}
    static int connect(UnixAddress address) throws IOException {
        return connect(address, SOCK_STREAM);
    }

    /// Sends one datagram to a Unix socket.
    static void send(UnixAddress address, byte[] datagram) throws IOException {
        int made = connect(address, SOCK_DGRAM);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, datagram);
            SystemCallException.check(Libc.write(made, bytes), "write", address);
        } finally {
            Libc.close(made);
        }
    }

    private static int connect(UnixAddress address, int type) throws IOException {
        int made = open(AF_UNIX, type);
        int result;
        try (Scratch scratch = Scratch.take()) {
            MemorySegment memory = scratch.memory();
            int length = LinuxAddress.write(address, AF_UNIX, memory);
            result = Libc.connect(made, memory, length);
        }
        if (result < 0) {
            Libc.close(made);
            throw SystemCallException.of(result, "connect", address);
        }
        return made;
    }

    /// {@return the numbers of two Unix stream sockets that are connected with each other,
    /// non-blocking}
    static int[] pair() throws IOException {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment numbers = scratch.memory();
            int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
            int result = Libc.socketpair(AF_UNIX, type, numbers);
            if (result < 0) {
                throw SystemCallException.of(result, "socketpair", null);
            }
            return new int[] {numbers.get(JAVA_INT, 0), numbers.getAtIndex(JAVA_INT, 1)};
        }
    }

    /// {@return the domain of an open socket}
    static int domain(int descriptor) throws SocketException {
        return ask(descriptor, SO_DOMAIN);
    }

    /// {@return what an open socket is}
    static SocketKind kind(int descriptor) throws SocketException {
        int type = ask(descriptor, SO_TYPE);
        int domain = domain(descriptor);
        boolean stream = type == SOCK_STREAM;
        if (!stream && type != SOCK_DGRAM) {
            throw unfit(descriptor, "is a %s socket".formatted(typeName(type)));
        }
        return switch (domain) {
            case AF_UNIX -> stream ? SocketKind.UNIX_STREAM : SocketKind.UNIX_DATAGRAM;
            case AF_INET, AF_INET6 -> stream ? SocketKind.TCP : SocketKind.UDP;
            default -> throw unfit(descriptor, "is a socket of family " + domain);
        };
    }

    /// Makes an open socket ours, if it is of that kind: non-blocking and not for child processes.
    ///
    /// @return its domain
    /// @throws SocketException if it is not; it is left as it is then
    static int adopt(int descriptor, int type, Set<StandardProtocolFamily> families)
            throws IOException {
        int found = ask(descriptor, SO_TYPE);
        if (found != type) {
            throw unfit(
                    descriptor,
                    "is a %s socket: the server needs a %s one"
                            .formatted(typeName(found), typeName(type)));
        }
        int domain = ask(descriptor, SO_DOMAIN);
        if (families.stream().noneMatch(family -> LinuxAddress.domain(family) == domain)) {
            throw unfit(
                    descriptor,
                    "is a socket of family %s: the server needs one of %s"
                            .formatted(familyName(domain), new TreeSet<>(families)));
        }
        if (type == SOCK_STREAM
                && ask(descriptor, SO_ACCEPTCONN) == 0
                && peer(descriptor) == null) {
            throw unfit(descriptor, "is a stream socket that neither listens nor is a connection");
        }
        if (type == SOCK_DGRAM && !isBound(address(descriptor))) {
            throw unfit(descriptor, "is a datagram socket that is not bound");
        }
        int flags = SystemCallException.check(Libc.fcntl(descriptor, F_GETFL, 0), "fcntl", null);
        SystemCallException.check(
                Libc.fcntl(descriptor, F_SETFL, flags | O_NONBLOCK), "fcntl", null);
        SystemCallException.check(Libc.fcntl(descriptor, F_SETFD, FD_CLOEXEC), "fcntl", null);
        return domain;
    }

    private static SocketException unfit(int descriptor, String what) {
        return new SocketException("descriptor %d %s".formatted(descriptor, what));
    }

    private static int ask(int descriptor, int name) throws SocketException {
        try (Scratch scratch = Scratch.take()) {
            return option(descriptor, name, 4, scratch).get(JAVA_INT, 0);
        } catch (SystemCallException refused) {
            String what =
                    refused.is(EBADF)
                            ? "is not open"
                            : refused.is(ENOTSOCK) ? "is not a socket" : "cannot be asked";
            throw (SocketException) unfit(descriptor, what).initCause(refused);
        }
    }

    private static boolean isBound(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? inet.getPort() != 0
                : !address.equals(UnixAddress.unnamed());
    }

    private static String typeName(int type) {
        return switch (type) {
            case SOCK_STREAM -> "stream";
            case SOCK_DGRAM -> "datagram";
            default -> "type " + type;
        };
    }

    private static String familyName(int domain) {
        for (StandardProtocolFamily family : StandardProtocolFamily.values()) {
            if (LinuxAddress.domain(family) == domain) {
                return family.name();
            }
        }
        return "" + domain;
    }

    private static void set(int descriptor, int level, int name, int value)
            throws SystemCallException {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment memory = scratch.memory();
            memory.set(JAVA_INT, 0, value);
            SystemCallException.check(
                    Libc.setsockopt(descriptor, level, name, memory, 4), "setsockopt", null);
        }
    }

    /// {@return whether `close(2)` of a connection may wait}
    static boolean lingers(int descriptor) throws SystemCallException {
        try (Scratch scratch = Scratch.take()) {
            // struct linger: on or off, seconds
            MemorySegment linger = option(descriptor, SO_LINGER, 8, scratch);
            return linger.get(JAVA_INT, 0) != 0 && linger.get(JAVA_INT, 4) > 0;
        }
    }

    /// Sets what a Unix socket's path is made with: bind(2) takes it from the open file, less the
    /// process's umask.
    static void restrict(int descriptor, Set<PosixFilePermission> permissions)
            throws SystemCallException {
        int mode = 0;
        for (char each : PosixFilePermissions.toString(permissions).toCharArray()) {
            mode = mode << 1 | (each == '-' ? 0 : 1);
        }
        SystemCallException.check(Libc.fchmod(descriptor, mode), "fchmod", null);
    }

    /// Binds a socket.
    ///
    /// @throws BindException if the address is in use, is not this machine's, or not allowed
    static void bind(int descriptor, SocketAddress address, int domain) throws IOException {
        int result;
        try (Scratch scratch = Scratch.take()) {
            MemorySegment memory = scratch.memory();
            int length = LinuxAddress.write(address, domain, memory);
            result = Libc.bind(descriptor, memory, length);
        }
        if (result < 0) {
            SystemCallException failure = SystemCallException.of(result, "bind", address);
            if (failure.is(EADDRINUSE) || failure.is(EADDRNOTAVAIL) || failure.is(EACCES)) {
                throw (BindException) new BindException(failure.getMessage()).initCause(failure);
            }
            throw failure;
        }
    }

    /// {@return who has connected a Unix stream socket with us}
    static UnixCredentials credentials(int descriptor) throws SystemCallException {
        try (Scratch scratch = Scratch.take()) {
            // struct ucred: process, user, group
            MemorySegment ucred = option(descriptor, SO_PEERCRED, 12, scratch);
            return new UnixCredentials(
                    ucred.get(JAVA_INT, 0), ucred.get(JAVA_INT, 4), ucred.get(JAVA_INT, 8));
        }
    }

    private static MemorySegment option(int descriptor, int name, int size, Scratch scratch)
            throws SystemCallException {
        MemorySegment length = scratch.memory();
        MemorySegment value = length.asSlice(8, size);
        length.set(JAVA_INT, 0, size);
        SystemCallException.check(
                Libc.getsockopt(descriptor, SOL_SOCKET, name, value, length), "getsockopt", null);
        return value;
    }

    /// {@return whom a socket is connected with, or null if it is not}
    static @Nullable SocketAddress peer(int descriptor) throws SystemCallException {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment length = scratch.memory();
            MemorySegment address = length.asSlice(8, LinuxAddress.MAX_LENGTH);
            length.set(JAVA_INT, 0, LinuxAddress.MAX_LENGTH);
            int result = Libc.getpeername(descriptor, address, length);
            // A client that has reset its connection is nobody's peer any more (EINVAL on Unix).
            if (result == ENOTCONN.result() || result == EINVAL.result()) {
                return null;
            }
            SystemCallException.check(result, "getpeername", null);
            return LinuxAddress.read(address, length.get(JAVA_INT, 0));
        }
    }

    /// {@return what a socket is bound to}
    static SocketAddress address(int descriptor) throws SystemCallException {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment length = scratch.memory();
            MemorySegment address = length.asSlice(8, LinuxAddress.MAX_LENGTH);
            length.set(JAVA_INT, 0, LinuxAddress.MAX_LENGTH);
            SystemCallException.check(
                    Libc.getsockname(descriptor, address, length), "getsockname", null);
            return LinuxAddress.read(address, length.get(JAVA_INT, 0));
        }
    }
}
