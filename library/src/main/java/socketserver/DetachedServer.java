package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.concurrency.Detached;
import socketserver.request.CloseReason;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.Server;
import socketserver.tls.TlsSettings;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// A server on its way to a child process, and there: its own fields, its address, its limits,
/// deadlines and certificates, and its handler, but neither its socket nor its table of live
/// requests.
final class DetachedServer<R extends Request> implements Detached {
    private static final long serialVersionUID = 1;
    private static final ScopedValue<DetachedServer<?>> ARRIVING = ScopedValue.newInstance();

    // Those that are not serializable: compositions, and servers whose handlers let requests go on
    // in children.
    private static final Set<Class<?>> OWN =
            Set.of(
                    TcpServer.class,
                    ThreadingTcpServer.class,
                    UdpServer.class,
                    ThreadingUdpServer.class,
                    UnixStreamServer.class,
                    ThreadingUnixStreamServer.class,
                    UnixDatagramServer.class,
                    ThreadingUnixDatagramServer.class);

    private transient BaseServer<R> server;
    private transient RequestHandler<? super R> handler;
    private transient @Nullable SocketAddress address;
    private transient ServerOptions options = ServerOptions.DEFAULT;

    DetachedServer(BaseServer<R> server, RequestHandler<? super R> handler) {
        this.server = server;
        this.handler = handler;
    }

    /// {@return what a server is made from that arrives in this process}
    ///
    /// @throws IllegalStateException if none does: the constructor was called by a program
    static DetachedServer<?> arriving() {
        if (!ARRIVING.isBound()) {
            throw new IllegalStateException(
                    "this constructor is for copies of servers in child processes:"
                            + " use one with an address");
        }
        return ARRIVING.get();
    }

    SocketAddress address() {
        return Objects.requireNonNull(address);
    }

    ServerOptions options() {
        return options;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        out.writeObject(server.address());
        out.writeObject(server.options().limits());
        out.writeObject(server.options().deadlines());
        out.writeObject(server.options().tls());
        out.writeObject(new ArrayList<>(server.interceptors().all()));
        out.writeObject(server instanceof Serializable ? server : ownClass());
        out.writeObject(handler);
    }

    /// {@return which of our own classes the server is of, if it has nothing else to it}
    private Class<?> ownClass() throws NotSerializableException {
        Class<?> type = server.getClass();
        Class<?> own = type.getEnclosingClass() == SocketServer.class ? type.getSuperclass() : type;
        if (!OWN.contains(own)) {
            throw new NotSerializableException(
                    type.getName()
                            + ": implement ForkingMixIn or java.io.Serializable, because the server"
                            + " travels to its child processes");
        }
        return own;
    }

    @SuppressWarnings("unchecked") // it was written so
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        address = (SocketAddress) in.readObject();
        Limits limits = (Limits) in.readObject();
        Deadlines deadlines = (Deadlines) in.readObject();
        TlsSettings tls = (TlsSettings) in.readObject();
        List<Interceptor<R>> interceptors = (List<Interceptor<R>>) in.readObject();
        options =
                ServerOptions.DEFAULT
                        .withLimits(_ -> limits)
                        .withDeadlines(_ -> deadlines)
                        .withTls(tls);
        try {
            ScopedValue.where(ARRIVING, this).call(() -> arrive(in));
            server.interceptors().addAll(interceptors);
        } catch (IOException | ClassNotFoundException | RuntimeException thrown) {
            throw thrown;
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @SuppressWarnings("unchecked") // it was written so
    private boolean arrive(ObjectInputStream in) throws IOException, ClassNotFoundException {
        Object written = in.readObject();
        server = (BaseServer<R>) (written instanceof Class<?> own ? made(own) : written);
        handler = (RequestHandler<? super R>) in.readObject();
        server.attach(handler);
        return true;
    }

    private static Object made(Class<?> own) {
        try {
            return own.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public Server server() {
        return server;
    }

    @Override
    @SuppressWarnings("unchecked") // it was taken by the same server
    public CloseReason run(Request request) {
        server.runRequest((R) request);
        Throwable failure = server.takeFailure();
        return failure == null ? CloseReason.HANDLED : CloseReason.of(failure);
    }
}
