package socketserver.transport;

import static socketserver.posix.Constants.SOCK_CLOEXEC;
import static socketserver.posix.Constants.SOCK_NONBLOCK;
import static socketserver.posix.Errno.EACCES;
import static socketserver.posix.Errno.EADDRINUSE;
import static socketserver.posix.Errno.EADDRNOTAVAIL;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import socketserver.posix.Libc;
import socketserver.posix.Scratch;
import socketserver.posix.SystemCallException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.SocketAddress;

/// What is done with sockets of all kinds.
final class LinuxSocket {
    private LinuxSocket() {}

    /// {@return a new socket, non-blocking and not for child processes}
    static int open(int domain, int type) throws SystemCallException {
        return SystemCallException.check(
                Libc.socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket", null);
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
