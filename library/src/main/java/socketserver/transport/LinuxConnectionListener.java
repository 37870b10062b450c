package socketserver.transport;

import static socketserver.posix.Constants.EFD_CLOEXEC;
import static socketserver.posix.Constants.EFD_NONBLOCK;

import org.jspecify.annotations.Nullable;

import socketserver.posix.Libc;
import socketserver.posix.SystemCallException;
import socketserver.request.Server;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.concurrent.atomic.AtomicInteger;

/// One connection that somebody else has accepted: the only one that is taken here.
///
/// Where others wait for their socket this one waits for something that never comes.
final class LinuxConnectionListener extends LinuxListener<StreamRequest> {
    private static final int TAKEN = -1;

    private final SocketAddress client;
    // The number of the connection until it is taken: by the accepting thread, or whoever closes.
    private final AtomicInteger connection;

    private LinuxConnectionListener(int domain, int never, int connection, SocketAddress client)
            throws IOException {
        super(domain, never);
        this.connection = new AtomicInteger(connection);
        this.client = client;
    }

    /// Takes a connection over, which is left as it is if that fails.
    static LinuxConnectionListener of(int domain, int connection, SocketAddress client)
            throws IOException {
        int never =
                SystemCallException.check(
                        Libc.eventfd(EFD_CLOEXEC | EFD_NONBLOCK), "eventfd", null);
        return new LinuxConnectionListener(domain, never, connection, client);
    }

    @Override
    int named() {
        return connection.get();
    }

    @Override
    public <T> void optionOfAccepted(SocketOption<T> option, T value) throws IOException {
        option(option, value);
    }

    @Override
    public int share() {
        throw new UnsupportedOperationException("a connection is not handed over");
    }

    @Override
    public boolean hasTakenAhead() {
        return connection.get() != TAKEN;
    }

    @Override
    public @Nullable StreamRequest accept(Server server) throws IOException {
        int number = connection.getAndSet(TAKEN);
        if (number == TAKEN) {
            foundNothing();
            return null;
        }
        return LinuxEngine.instance().connection(server, client, number);
    }

    @Override
    public void close() {
        int number = connection.getAndSet(TAKEN);
        if (number != TAKEN) {
            Libc.close(number);
        }
        super.close();
    }
}
