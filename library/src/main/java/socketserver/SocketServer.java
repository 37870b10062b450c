package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.DatagramRequest;
import socketserver.request.HandlerFactory;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;
import socketserver.tls.TlsSettings;
import socketserver.transport.Engine;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/// Composes a server from an address, a concurrency model and settings: the other door to the same
/// servers, for programs that need no server class of their own.
///
/// {@snippet class="socketserver.SnippetsTest" region="composition"}
///
/// Not thread-safe; one composition may open several servers.
///
/// @param <R> what the server's handlers handle
/// @param <S> the class of the server
public final class SocketServer<R extends Request, S extends BaseServer<R>> {
    private final Opener<R, S> opener;
    private ConcurrencyModel model = ConcurrencyModel.synchronous();
    private ServerOptions options = ServerOptions.DEFAULT;
    private final List<Interceptor<R>> interceptors = new ArrayList<>();
    private final List<ServerListener> listeners = new ArrayList<>();

    /// Makes the server of a family.
    private interface Opener<R extends Request, S> {
        S open(RequestHandler<? super R> handler, ServerOptions options, ConcurrencyModel model)
                throws IOException;
    }

    private SocketServer(Opener<R, S> opener) {
        this.opener = opener;
    }

    /// {@return a composition of a server of TCP connections}
    public static SocketServer<StreamRequest, TcpServer> tcp(InetSocketAddress address) {
        return new SocketServer<>(
                (handler, options, model) ->
                        new TcpServer(address, handler, options) {
                            @Override
                            public ConcurrencyModel concurrencyModel() {
                                return model;
                            }
                        });
    }

    /// {@return a composition of a server of UDP packets}
    public static SocketServer<DatagramRequest, UdpServer> udp(InetSocketAddress address) {
        return new SocketServer<>(
                (handler, options, model) ->
                        new UdpServer(address, handler, options) {
                            @Override
                            public ConcurrencyModel concurrencyModel() {
                                return model;
                            }
                        });
    }

    /// {@return a composition of a server of Unix stream connections}
    public static SocketServer<StreamRequest, UnixStreamServer> unix(UnixAddress address) {
        return new SocketServer<>(
                (handler, options, model) ->
                        new UnixStreamServer(address, handler, options) {
                            @Override
                            public ConcurrencyModel concurrencyModel() {
                                return model;
                            }
                        });
    }

    /// {@return a composition of a server of Unix datagrams}
    public static SocketServer<DatagramRequest, UnixDatagramServer> unixDatagram(
            UnixAddress address) {
        return new SocketServer<>(
                (handler, options, model) ->
                        new UnixDatagramServer(address, handler, options) {
                            @Override
                            public ConcurrencyModel concurrencyModel() {
                                return model;
                            }
                        });
    }

    /// {@return a composition of a server of an open socket, of whatever kind it is: of one of
    /// [InheritedSocket#all()], or of number 0 of a program that `inetd` starts}
    ///
    /// [SocketSettings#withDescriptor(Integer)] says what becomes of it.
    ///
    /// @throws java.net.SocketException if it is no such socket
    /// @throws UnsupportedOperationException on the jdk engine
    public static SocketServer<?, ?> descriptor(int descriptor) throws IOException {
        InetSocketAddress itsOwn = new InetSocketAddress(0);
        SocketServer<?, ?> composition =
                switch (Engine.chosen().kindOf(descriptor)) {
                    case TCP -> tcp(itsOwn);
                    case UDP -> udp(itsOwn);
                    case UNIX_STREAM -> unix(UnixAddress.unnamed());
                    case UNIX_DATAGRAM -> unixDatagram(UnixAddress.unnamed());
                };
        return composition.options(
                all -> all.withSocket(socket -> socket.withDescriptor(descriptor)));
    }

    /// Runs one handler after the other on the serving thread, as without any such call.
    public SocketServer<R, S> synchronous() {
        return model(ConcurrencyModel.synchronous());
    }

    /// Runs each handler on a virtual thread of its own.
    public SocketServer<R, S> threading() {
        return model(ConcurrencyModel.threading());
    }

    /// Runs each handler in a process of its own.
    public SocketServer<R, S> forking() {
        return model(ConcurrencyModel.forking());
    }

    /// Lets one loop work on all requests.
    public SocketServer<R, S> selector() {
        return model(ConcurrencyModel.selector());
    }

    /// Runs the handlers by an executor, a pool for instance, which stays the program's.
    public SocketServer<R, S> executor(Executor executor) {
        return model(ConcurrencyModel.on(executor));
    }

    /// Runs the handlers by that model.
    public SocketServer<R, S> model(ConcurrencyModel model) {
        this.model = Objects.requireNonNull(model, "model");
        return this;
    }

    /// Sets how many requests may be live at once; more wait.
    public SocketServer<R, S> maxConnections(int maxConnections) {
        return options(all -> all.withLimits(limits -> limits.withMaxConnections(maxConnections)));
    }

    /// Sets what becomes of clients over the limit.
    public SocketServer<R, S> overLimit(OverLimit overLimit) {
        return options(all -> all.withLimits(limits -> limits.withOverLimit(overLimit)));
    }

    /// Sets how long one read may wait for the client; null is for ever.
    public SocketServer<R, S> readTimeout(@Nullable Duration timeout) {
        return options(all -> all.withDeadlines(deadlines -> deadlines.withRead(timeout)));
    }

    /// Sets how long one write may wait for the client; null is for ever.
    public SocketServer<R, S> writeTimeout(@Nullable Duration timeout) {
        return options(all -> all.withDeadlines(deadlines -> deadlines.withWrite(timeout)));
    }

    /// Sets what a server on the open Internet should have: [ServerOptions#exposed()].
    public SocketServer<R, S> exposed() {
        return options(ServerOptions::exposed);
    }

    /// Sets how long a client may send nothing; null is for ever.
    public SocketServer<R, S> idleTimeout(@Nullable Duration timeout) {
        return options(all -> all.withDeadlines(deadlines -> deadlines.withIdle(timeout)));
    }

    /// Sets whose connections begin with a header of the PROXY protocol: [ProxySettings].
    public SocketServer<R, S> proxiesFrom(Subnet... proxies) {
        return options(all -> all.withProxies(set -> set.withFrom(List.of(proxies))));
    }

    /// Lets connections go through TLS.
    ///
    /// {@snippet class="socketserver.SnippetsTest" region="tls"}
    public SocketServer<R, S> tls(TlsSettings settings) {
        return options(all -> all.withTls(settings));
    }

    /// Sets how long [BaseServer#close()] waits for handlers; null is for ever.
    public SocketServer<R, S> closeTimeout(@Nullable Duration timeout) {
        return options(all -> all.withDeadlines(deadlines -> deadlines.withClose(timeout)));
    }

    /// Puts something around the handler of each request, inside of what is there.
    public SocketServer<R, S> intercept(Interceptor<R> interceptor) {
        interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
        return this;
    }

    /// Lets that be told of what happens to the server.
    public SocketServer<R, S> listener(ServerListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /// Changes any of the options.
    public SocketServer<R, S> options(UnaryOperator<ServerOptions> change) {
        options = change.apply(options);
        return this;
    }

    /// Makes the server and binds it.
    ///
    /// @param handler what handles its requests
    /// @throws IOException if it cannot be bound; nothing stays open then
    public S open(RequestHandler<? super R> handler) throws IOException {
        model.check(handler);
        S server = opener.open(handler, options, model);
        interceptors.forEach(server::addInterceptor);
        listeners.forEach(server::addListener);
        return server;
    }

    /// Makes the server and binds it.
    ///
    /// @param handlers what makes a handler for each request, usually a constructor
    /// @throws IOException if it cannot be bound; nothing stays open then
    public S open(HandlerFactory<R> handlers) throws IOException {
        return open(handlers.toHandler());
    }
}
