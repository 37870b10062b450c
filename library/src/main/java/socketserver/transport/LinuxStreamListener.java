package socketserver.transport;

import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.SOCK_CLOEXEC;
import static socketserver.posix.Constants.SOCK_NONBLOCK;
import static socketserver.posix.Errno.EAGAIN;
import static socketserver.posix.Errno.ECONNABORTED;
import static socketserver.posix.Errno.EINTR;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.jspecify.annotations.Nullable;

import socketserver.posix.Libc;
import socketserver.posix.SystemCallException;
import socketserver.request.Server;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.SocketOption;

/// A listening TCP or Unix stream socket.
final class LinuxStreamListener extends LinuxListener<StreamRequest> {
    // The accepting thread's alone.
    private final MemorySegment client = Arena.ofAuto().allocate(LinuxAddress.MAX_LENGTH, 8);
    private final MemorySegment length = Arena.ofAuto().allocate(JAVA_INT);

    // Whether connections inherit SO_LINGER. Set by bound().
    private boolean lingers;

    /// Takes a socket over, which is closed if that fails.
    LinuxStreamListener(int domain, int number) throws IOException {
        super(domain, number);
    }

    @Override
    public <T> void optionOfAccepted(SocketOption<T> option, T value) throws IOException {
        // Accepted sockets inherit it (tcp(7)).
        option(option, value);
    }

    @Override
    public void bind(SocketAddress address, int backlog) throws IOException {
        super.bind(address, backlog);
        SystemCallException.check(Libc.listen(socket.number(), backlog), "listen", address);
    }

    @Override
    void bound() throws IOException {
        super.bound();
        lingers = LinuxSocket.lingers(socket.number());
    }

    @Override
    public @Nullable StreamRequest accept(Server server) throws IOException {
        socket.require();
        try {
            int accepted;
            do {
                length.set(JAVA_INT, 0, LinuxAddress.MAX_LENGTH);
                accepted =
                        Libc.accept4(socket.number(), client, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
                // A client that has gone meanwhile is none, as for the JDK.
            } while (accepted == EINTR.result() || accepted == ECONNABORTED.result());
            if (accepted == EAGAIN.result()) {
                foundNothing();
                return null;
            }
            SystemCallException.check(accepted, "accept4", address());
            try {
                SocketDescriptor descriptor =
                        SocketDescriptor.ofConnection(accepted, domain == AF_UNIX);
                descriptor.lingers(lingers);
                return new LinuxStreamRequest(
                        server,
                        LinuxAddress.read(client, length.get(JAVA_INT, 0)),
                        descriptor,
                        domain);
            } catch (Throwable thrown) {
                Libc.close(accepted);
                throw thrown;
            }
        } finally {
            socket.leave();
        }
    }
}
