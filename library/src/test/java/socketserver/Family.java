package socketserver;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.DatagramRequest;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// The families that the contract is checked for: how to open a server of each, with hooks that are
/// watched, and a client for it.
///
/// A further family is one more constant.
enum Family {
    TCP_IPV4("tcp over IPv4", true) {
        @Override
        SocketAddress address() {
            return loopback("127.0.0.1");
        }

        @Override
        BaseServer<StreamRequest> open(SocketAddress address, Parts parts) throws IOException {
            return new WatchedTcpServer((InetSocketAddress) address, parts);
        }

        @Override
        StreamClient connect(SocketAddress address) throws IOException {
            return new StreamClient(SocketChannel.open(address));
        }
    },
    TCP_IPV6("tcp over IPv6", true) {
        @Override
        SocketAddress address() {
            return loopback("::1");
        }

        @Override
        BaseServer<StreamRequest> open(SocketAddress address, Parts parts) throws IOException {
            return new WatchedTcpServer((InetSocketAddress) address, parts);
        }

        @Override
        StreamClient connect(SocketAddress address) throws IOException {
            return new StreamClient(SocketChannel.open(address));
        }
    },
    UNIX_STREAM("unix stream", true) {
        @Override
        SocketAddress address() {
            return unix();
        }

        @Override
        BaseServer<StreamRequest> open(SocketAddress address, Parts parts) throws IOException {
            return new WatchedUnixStreamServer((UnixAddress) address, parts);
        }

        @Override
        StreamClient connect(SocketAddress address) throws IOException {
            String path = ((UnixAddress) address).name();
            return new StreamClient(SocketChannel.open(UnixDomainSocketAddress.of(path)));
        }
    },
    TLS("tls over tcp", true) {
        @Override
        SocketAddress address() {
            return loopback("127.0.0.1");
        }

        @Override
        BaseServer<StreamRequest> open(SocketAddress address, Parts parts) throws IOException {
            ServerOptions secure = parts.options().withTls(Credentials.shared().settings());
            return new WatchedTcpServer(
                    (InetSocketAddress) address,
                    new Parts(parts.handler(), secure, parts.model(), parts.hooks()));
        }

        @Override
        StreamClient connect(SocketAddress address) throws IOException {
            return StreamClient.secure(SocketChannel.open(address));
        }
    },
    UDP_IPV4("udp over IPv4", false) {
        @Override
        SocketAddress address() {
            return loopback("127.0.0.1");
        }

        @Override
        BaseServer<DatagramRequest> open(SocketAddress address, Parts parts) throws IOException {
            return new WatchedUdpServer((InetSocketAddress) address, parts);
        }

        @Override
        PacketClient connect(SocketAddress address) throws IOException {
            return new UdpClient((InetSocketAddress) address);
        }
    },
    UDP_IPV6("udp over IPv6", false) {
        @Override
        SocketAddress address() {
            return loopback("::1");
        }

        @Override
        BaseServer<DatagramRequest> open(SocketAddress address, Parts parts) throws IOException {
            return new WatchedUdpServer((InetSocketAddress) address, parts);
        }

        @Override
        PacketClient connect(SocketAddress address) throws IOException {
            return new UdpClient((InetSocketAddress) address);
        }
    },
    UNIX_DATAGRAM("unix datagram", false) {
        @Override
        SocketAddress address() {
            return unix();
        }

        @Override
        BaseServer<DatagramRequest> open(SocketAddress address, Parts parts) throws IOException {
            return new WatchedUnixDatagramServer((UnixAddress) address, parts);
        }

        @Override
        PacketClient connect(SocketAddress address) throws IOException {
            return new UnixPacketClient((UnixAddress) address);
        }
    };

    private final String description;
    private final boolean stream;

    Family(String description, boolean stream) {
        this.description = description;
        this.stream = stream;
    }

    /// What a server is made of, beside its address.
    record Parts(
            RequestHandler<Request> handler,
            ServerOptions options,
            ConcurrencyModel model,
            Hooks hooks) {}

    /// {@return whether its requests are connections}
    boolean isStream() {
        return stream;
    }

    /// {@return an address that no other server has: port 0, or a path in a folder of its own}
    abstract SocketAddress address();

    abstract BaseServer<?> open(SocketAddress address, Parts parts) throws IOException;

    /// {@return a new client of the server at that address}
    abstract Client connect(SocketAddress address) throws IOException;

    @Override
    public String toString() {
        return description;
    }

    private static InetSocketAddress loopback(String literal) {
        try {
            return new InetSocketAddress(InetAddress.getByName(literal), 0);
        } catch (UnknownHostException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static UnixAddress unix() {
        try {
            Path folder = Files.createTempDirectory("socketserver");
            folder.toFile().deleteOnExit();
            return UnixAddress.of(folder.resolve("s"));
        } catch (IOException thrown) {
            throw new UncheckedIOException(thrown);
        }
    }

    // The hooks are protected, so each family needs a class; all four do the same. They can be
    // serialized, so that their copies in other processes tell the hooks, too.

    private static final class WatchedTcpServer extends TcpServer implements Serializable {
        private static final long serialVersionUID = 1;
        private final transient ConcurrencyModel model;
        private final Hooks hooks;

        WatchedTcpServer(InetSocketAddress address, Parts parts) throws IOException {
            super(address, parts.handler(), parts.options());
            model = parts.model();
            hooks = parts.hooks();
        }

        @Override
        public ConcurrencyModel concurrencyModel() {
            return model;
        }

        @Override
        protected StreamRequest getRequest() throws IOException {
            return hooks.got(super.getRequest());
        }

        @Override
        protected boolean verifyRequest(StreamRequest request) throws Exception {
            return hooks.verify(request);
        }

        @Override
        protected boolean verifyPeer(StreamRequest request) throws Exception {
            return hooks.verifyPeer(request);
        }

        @Override
        protected void processRequest(StreamRequest request) throws Exception {
            hooks.note("processRequest");
            super.processRequest(request);
        }

        @Override
        protected void finishRequest(StreamRequest request) throws Exception {
            hooks.note("finishRequest");
            super.finishRequest(request);
        }

        @Override
        protected void shutdownRequest(StreamRequest request) throws IOException {
            hooks.note("shutdownRequest");
            super.shutdownRequest(request);
        }

        @Override
        protected void closeRequest(StreamRequest request) throws IOException {
            hooks.note("closeRequest");
            super.closeRequest(request);
        }

        @Override
        protected void handleError(StreamRequest request, Throwable failure) {
            hooks.error(request, failure);
        }
    }

    private static final class WatchedUnixStreamServer extends UnixStreamServer
            implements Serializable {
        private static final long serialVersionUID = 1;
        private final transient ConcurrencyModel model;
        private final Hooks hooks;

        WatchedUnixStreamServer(UnixAddress address, Parts parts) throws IOException {
            super(address, parts.handler(), parts.options());
            model = parts.model();
            hooks = parts.hooks();
        }

        @Override
        public ConcurrencyModel concurrencyModel() {
            return model;
        }

        @Override
        protected StreamRequest getRequest() throws IOException {
            return hooks.got(super.getRequest());
        }

        @Override
        protected boolean verifyRequest(StreamRequest request) throws Exception {
            return hooks.verify(request);
        }

        @Override
        protected boolean verifyPeer(StreamRequest request) throws Exception {
            return hooks.verifyPeer(request);
        }

        @Override
        protected void processRequest(StreamRequest request) throws Exception {
            hooks.note("processRequest");
            super.processRequest(request);
        }

        @Override
        protected void finishRequest(StreamRequest request) throws Exception {
            hooks.note("finishRequest");
            super.finishRequest(request);
        }

        @Override
        protected void shutdownRequest(StreamRequest request) throws IOException {
            hooks.note("shutdownRequest");
            super.shutdownRequest(request);
        }

        @Override
        protected void closeRequest(StreamRequest request) throws IOException {
            hooks.note("closeRequest");
            super.closeRequest(request);
        }

        @Override
        protected void handleError(StreamRequest request, Throwable failure) {
            hooks.error(request, failure);
        }
    }

    private static final class WatchedUdpServer extends UdpServer implements Serializable {
        private static final long serialVersionUID = 1;
        private final transient ConcurrencyModel model;
        private final Hooks hooks;

        WatchedUdpServer(InetSocketAddress address, Parts parts) throws IOException {
            super(address, parts.handler(), parts.options());
            model = parts.model();
            hooks = parts.hooks();
        }

        @Override
        public ConcurrencyModel concurrencyModel() {
            return model;
        }

        @Override
        protected DatagramRequest getRequest() throws IOException {
            return hooks.got(super.getRequest());
        }

        @Override
        protected boolean verifyRequest(DatagramRequest request) throws Exception {
            return hooks.verify(request);
        }

        @Override
        protected void processRequest(DatagramRequest request) throws Exception {
            hooks.note("processRequest");
            super.processRequest(request);
        }

        @Override
        protected void finishRequest(DatagramRequest request) throws Exception {
            hooks.note("finishRequest");
            super.finishRequest(request);
        }

        @Override
        protected void shutdownRequest(DatagramRequest request) throws IOException {
            hooks.note("shutdownRequest");
            super.shutdownRequest(request);
        }

        @Override
        protected void closeRequest(DatagramRequest request) throws IOException {
            hooks.note("closeRequest");
            super.closeRequest(request);
        }

        @Override
        protected void handleError(DatagramRequest request, Throwable failure) {
            hooks.error(request, failure);
        }
    }

    private static final class WatchedUnixDatagramServer extends UnixDatagramServer
            implements Serializable {
        private static final long serialVersionUID = 1;
        private final transient ConcurrencyModel model;
        private final Hooks hooks;

        WatchedUnixDatagramServer(UnixAddress address, Parts parts) throws IOException {
            super(address, parts.handler(), parts.options());
            model = parts.model();
            hooks = parts.hooks();
        }

        @Override
        public ConcurrencyModel concurrencyModel() {
            return model;
        }

        @Override
        protected DatagramRequest getRequest() throws IOException {
            return hooks.got(super.getRequest());
        }

        @Override
        protected boolean verifyRequest(DatagramRequest request) throws Exception {
            return hooks.verify(request);
        }

        @Override
        protected void processRequest(DatagramRequest request) throws Exception {
            hooks.note("processRequest");
            super.processRequest(request);
        }

        @Override
        protected void finishRequest(DatagramRequest request) throws Exception {
            hooks.note("finishRequest");
            super.finishRequest(request);
        }

        @Override
        protected void shutdownRequest(DatagramRequest request) throws IOException {
            hooks.note("shutdownRequest");
            super.shutdownRequest(request);
        }

        @Override
        protected void closeRequest(DatagramRequest request) throws IOException {
            hooks.note("closeRequest");
            super.closeRequest(request);
        }

        @Override
        protected void handleError(DatagramRequest request, Throwable failure) {
            hooks.error(request, failure);
        }
    }
}
