package socketserver.transport;

import static socketserver.posix.Constants.AF_INET;
import static socketserver.posix.Constants.AF_INET6;
import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.IPPROTO_IPV6;
import static socketserver.posix.Constants.IPV6_V6ONLY;
import static socketserver.posix.Constants.SOCK_CLOEXEC;
import static socketserver.posix.Constants.SOCK_DGRAM;
import static socketserver.posix.Constants.SOCK_NONBLOCK;
import static socketserver.posix.Errno.EACCES;
import static socketserver.posix.Errno.EADDRINUSE;
import static socketserver.posix.Errno.EADDRNOTAVAIL;
import static socketserver.posix.Errno.EAFNOSUPPORT;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import socketserver.posix.Libc;
import socketserver.posix.Scratch;
import socketserver.posix.SystemCallException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;

/// What is done with sockets of all kinds.
final class LinuxSocket {
    private LinuxSocket() {}

    /// {@return the domain of sockets of that family: that of IPv4 where the system has no IPv6}
    static int domain(StandardProtocolFamily family) throws SystemCallException {
        return switch (family) {
            case INET -> AF_INET;
            case INET6 -> hasIpv6() ? AF_INET6 : AF_INET;
            case UNIX -> AF_UNIX;
        };
    }

    private static boolean hasIpv6() throws SystemCallException {
        int result = Libc.socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (result == EAFNOSUPPORT.result()) {
            return false;
        }
        Libc.close(SystemCallException.check(result, "socket", null));
        return true;
    }

    /// {@return a new socket, non-blocking and not for child processes}
    static int open(int domain, int type) throws SystemCallException {
        int descriptor =
                SystemCallException.check(
                        Libc.socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                        "socket",
                        null);
        if (domain == AF_INET6) {
            // Whatever the system's default: the wildcard address takes both.
            try (Scratch scratch = Scratch.take()) {
                MemorySegment off = scratch.memory();
                off.set(JAVA_INT, 0, 0);
                Libc.setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, off, 4);
            }
        }
        return descriptor;
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
