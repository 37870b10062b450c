package socketserver.benchmark.server;

import org.jspecify.annotations.Nullable;

import socketserver.BaseServer;
import socketserver.LiveRequest;
import socketserver.ServerListener;
import socketserver.ServerOptions;
import socketserver.SocketServer;
import socketserver.Subnet;
import socketserver.benchmark.address.Endpoint;
import socketserver.concurrency.ConcurrencyModel;
import socketserver.framing.FrameHandler;
import socketserver.request.CloseReason;
import socketserver.request.DatagramRequest;
import socketserver.request.DisconnectedException;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;
import socketserver.tls.TlsSettings;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// This project's servers, by their public API and with their default limits.
///
/// The engine is what the system property `socketserver.engine` says.
final class OurServer implements EchoServer {
    private static final int REUSED_CHILDREN = 4;

    private final ConcurrencyModel model;

    private final RequestHandler<StreamRequest> stream;
    private final RequestHandler<DatagramRequest> packet;
    private ServerOptions options = ServerOptions.DEFAULT;
    private @Nullable ServerListener counting;

    private OurServer(ConcurrencyModel model) {
        this(model, OurServer::echo, request -> request.reply(request.packet()));
    }

    private OurServer(
            ConcurrencyModel model,
            RequestHandler<StreamRequest> stream,
            RequestHandler<DatagramRequest> packet) {
        this.model = model;
        this.stream = stream;
        this.packet = packet;
    }

    static OurServer threading() {
        return new OurServer(ConcurrencyModel.threading());
    }

    static OurServer synchronous() {
        return new OurServer(ConcurrencyModel.synchronous());
    }

    /// {@return one whose few processes are used again and again}
    static OurServer forking() {
        return new OurServer(
                ConcurrencyModel.forking()
                        .withMaxChildren(REUSED_CHILDREN)
                        .withRequestsPerChild(Integer.MAX_VALUE));
    }

    /// {@return one whose loop calls a frame handler}
    static OurServer selector() {
        FrameHandler<ByteBuffer> echo = (frame, request) -> request.send(frame);
        return new OurServer(
                ConcurrencyModel.selector(),
                new Pieces().streams(echo),
                new Pieces().packets(echo));
    }

    /// {@return one that confines the same handler as under the other models}
    static OurServer confined() {
        return new OurServer(ConcurrencyModel.selector());
    }

    /// {@return the same with every limit and deadline, none of which is reached, and a listener}
    OurServer guarded() {
        options =
                options.exposed()
                        .withLimits(
                                limits ->
                                        limits.withMaxPerClient(100_000)
                                                .withAcceptRate(1_000_000)
                                                .withFarewell("too many\n")
                                                .withAllow(
                                                        List.of(
                                                                Subnet.of("127.0.0.0/8"),
                                                                Subnet.of("::1")))
                                                .withDeny(List.of(Subnet.of("192.0.2.0/24"))))
                        .withDeadlines(deadlines -> deadlines.withRead(Duration.ofMinutes(1)));
        counting = new Counting();
        return this;
    }

    /// {@return the same without any deadline, and with the largest limit}
    OurServer unguarded() {
        options =
                options.withLimits(limits -> limits.withMaxConnections(Integer.MAX_VALUE))
                        .withDeadlines(deadlines -> deadlines.withWrite(null));
        return this;
    }

    /// Counts what metrics would.
    private static final class Counting implements ServerListener {
        private final LongAdder opened = new LongAdder();
        private final LongAdder closed = new LongAdder();
        private final LongAdder bytes = new LongAdder();

        @Override
        public void opened(LiveRequest request) {
            opened.increment();
        }

        @Override
        public void closed(LiveRequest request, CloseReason reason) {
            closed.increment();
            bytes.add(request.bytesIn() + request.bytesOut());
        }
    }

    @Override
    public void serve(Endpoint endpoint) throws IOException {
        try (var server = open(endpoint)) {
            if (counting != null) {
                server.addListener(counting);
            }
            server.serveForever();
        }
    }

    /// {@return a server that is bound and does not serve yet}
    private BaseServer<?> open(Endpoint endpoint) throws IOException {
        return switch (endpoint.family()) {
            case TCP ->
                    SocketServer.tcp(endpoint.inetAddress())
                            .model(model)
                            .options(_ -> options)
                            .open(stream);
            case TLS ->
                    SocketServer.tcp(endpoint.inetAddress())
                            .model(model)
                            .options(_ -> options)
                            .tls(TlsSettings.keyStore(Certificate.file(), Certificate.PASSWORD))
                            .open(stream);
            case UNIX ->
                    SocketServer.unix(unix(endpoint))
                            .model(model)
                            .options(_ -> options)
                            .open(stream);
            case UDP ->
                    SocketServer.udp(endpoint.inetAddress())
                            .model(model)
                            .options(_ -> options)
                            .open(packet);
            case UNIXGRAM ->
                    SocketServer.unixDatagram(unix(endpoint))
                            .model(model)
                            .options(_ -> options)
                            .open(packet);
        };
    }

    private static UnixAddress unix(Endpoint endpoint) {
        return UnixAddress.of(endpoint.path());
    }

    /// Sends back what comes.
    static void echo(StreamRequest request) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(EchoServer.bufferSize());
        try {
            while (request.read(buffer) >= 0) {
                request.write(buffer.flip());
                buffer.clear();
            }
        } catch (DisconnectedException reset) {
            // The generator ends thousands of connections at once, by resets.
        }
    }
}
