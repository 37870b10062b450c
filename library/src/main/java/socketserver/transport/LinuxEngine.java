package socketserver.transport;

import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.SOCK_DGRAM;
import static socketserver.posix.Constants.SOCK_STREAM;

import org.jspecify.annotations.Nullable;

import socketserver.posix.Libc;
import socketserver.posix.SelfTest;
import socketserver.request.DatagramRequest;
import socketserver.request.Server;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.util.Set;

/// The engine upon glibc's own calls: Linux, on x86-64 and aarch64, with native access.
final class LinuxEngine implements Engine {
    private static final LinuxEngine INSTANCE = new LinuxEngine();

    private LinuxEngine() {}

    /// {@return this engine}
    ///
    /// @throws UnsupportedOperationException if this process cannot use it
    static LinuxEngine instance() {
        String missing = missing();
        if (missing != null) {
            throw new UnsupportedOperationException("the linux engine cannot be used: " + missing);
        }
        return INSTANCE;
    }

    /// {@return why this process cannot use it, in one line, or null if it can}
    static @Nullable String missing() {
        return SelfTest.failure();
    }

    @Override
    public String name() {
        return "linux";
    }

    @Override
    public Listener<StreamRequest> openStream(StandardProtocolFamily family) throws IOException {
        int domain = LinuxSocket.domain(family);
        return new LinuxStreamListener(domain, LinuxSocket.open(domain, SOCK_STREAM));
    }

    @Override
    public Listener<DatagramRequest> openDatagram(StandardProtocolFamily family, int maxPacketSize)
            throws IOException {
        int domain = LinuxSocket.domain(family);
        return new LinuxDatagramListener(
                domain, LinuxSocket.open(domain, SOCK_DGRAM), maxPacketSize);
    }

    @Override
    public SocketKind kindOf(int descriptor) throws IOException {
        return LinuxSocket.kind(descriptor);
    }

    @Override
    public Listener<StreamRequest> adoptStream(Set<StandardProtocolFamily> families, int descriptor)
            throws IOException {
        int domain = LinuxSocket.adopt(descriptor, SOCK_STREAM, families);
        SocketAddress client = LinuxSocket.peer(descriptor);
        return client == null
                ? bound(new LinuxStreamListener(domain, descriptor))
                : bound(LinuxConnectionListener.of(domain, descriptor, client));
    }

    @Override
    public LinuxDatagramListener adoptDatagram(
            Set<StandardProtocolFamily> families, int descriptor, int maxPacketSize)
            throws IOException {
        int domain = LinuxSocket.adopt(descriptor, SOCK_DGRAM, families);
        return bound(new LinuxDatagramListener(domain, descriptor, maxPacketSize));
    }

    @Override
    public StreamRequest connect(Server server, UnixAddress address) throws IOException {
        int number = LinuxSocket.connect(address);
        return connection(server, address, number);
    }

    @Override
    public void send(UnixAddress to, byte[] datagram) throws IOException {
        LinuxSocket.send(to, datagram);
    }

    @Override
    public Multiplexer openMultiplexer() throws IOException {
        return new LinuxMultiplexer();
    }

    @Override
    public Pair pair(Server server) throws IOException {
        int[] numbers = LinuxSocket.pair();
        LinuxStreamRequest one;
        try {
            one = connection(server, UnixAddress.unnamed(), numbers[0]);
        } catch (Throwable thrown) {
            Libc.close(numbers[1]);
            throw thrown;
        }
        try {
            return new Pair(one, connection(server, UnixAddress.unnamed(), numbers[1]));
        } catch (Throwable thrown) {
            one.close();
            throw thrown;
        }
    }

    /// {@return the connection that is open under that number, which is closed if that fails}
    LinuxStreamRequest connection(Server server, SocketAddress client, int number)
            throws IOException {
        SocketDescriptor descriptor = null;
        try {
            int domain = LinuxSocket.domain(number);
            descriptor = SocketDescriptor.ofConnection(number, domain == AF_UNIX);
            descriptor.lingers(LinuxSocket.lingers(number));
            return new LinuxStreamRequest(server, client, descriptor, domain);
        } catch (Throwable thrown) {
            Libc.close(number);
            throw thrown;
        }
    }

    private static <L extends LinuxListener<?>> L bound(L listener) throws IOException {
        try {
            listener.bound();
            // Whoever has opened it may have it still.
            listener.shared();
            return listener;
        } catch (Throwable thrown) {
            listener.close();
            throw thrown;
        }
    }
}
