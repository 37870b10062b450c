package socketserver.transport;

import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.SOCK_CLOEXEC;
import static socketserver.posix.Constants.SOCK_NONBLOCK;
import static socketserver.posix.Constants.SOCK_STREAM;
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
import java.net.StandardSocketOptions;

/// A listening TCP or Unix stream socket.
final class LinuxStreamListener extends LinuxListener<StreamRequest> {
    // The accepting thread's alone.
    private final MemorySegment client = Arena.ofAuto().allocate(LinuxAddress.MAX_LENGTH, 8);
    private final MemorySegment length = Arena.ofAuto().allocate(JAVA_INT);

    LinuxStreamListener(int domain) throws IOException {
        super(domain, SOCK_STREAM);
        if (domain != AF_UNIX) {
            // As the JDK does: a port whose old connections are in TIME-WAIT can be bound again.
            option(StandardSocketOptions.SO_REUSEADDR, true);
        }
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
                return new LinuxStreamRequest(
                        server,
                        LinuxAddress.read(client, length.get(JAVA_INT, 0)),
                        new Descriptor(accepted, true),
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
