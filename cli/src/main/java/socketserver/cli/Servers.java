package socketserver.cli;

import socketserver.BaseServer;
import socketserver.Drain;
import socketserver.ListeningServer;
import socketserver.LiveRequest;
import socketserver.ServerGroup;
import socketserver.ServerListener;
import socketserver.ServerOptions;
import socketserver.ShutdownReport;
import socketserver.SocketServer;
import socketserver.StreamServer;
import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.Request;
import socketserver.request.RequestHandler;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/// The servers of one command, one for each address.
///
/// @param group the servers, in the order of their addresses
record Servers(List<Endpoint> endpoints, ServerGroup group) {
    /// Opens a server for each address.
    ///
    /// @param handler what serves all of them
    /// @throws ListenException if one cannot be opened; none stays open then
    static Servers open(
            List<Endpoint> endpoints,
            RequestHandler<Request> handler,
            ConcurrencyModel model,
            ServerOptions options)
            throws ListenException {
        List<BaseServer<?>> servers = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            try {
                servers.add(open(endpoint, handler, model, options));
            } catch (IOException | RuntimeException thrown) {
                servers.forEach(BaseServer::close);
                throw new ListenException(endpoint, thrown);
            }
        }
        return new Servers(endpoints, ServerGroup.of(servers));
    }

    private static BaseServer<?> open(
            Endpoint endpoint,
            RequestHandler<Request> handler,
            ConcurrencyModel model,
            ServerOptions options)
            throws IOException {
        ServerOptions fitting =
                options.withTls(endpoint.tls() ? options.tls() : null)
                        .withSocket(
                                socket ->
                                        socket.withDescriptor(endpoint.descriptor())
                                                .withAddressFamily(
                                                        endpoint.isIpv4Only()
                                                                ? StandardProtocolFamily.INET
                                                                : null));
        return composition(endpoint).model(model).options(_ -> fitting).open(handler);
    }

    private static SocketServer<?, ?> composition(Endpoint endpoint) throws IOException {
        if (endpoint.descriptor() != null) {
            return SocketServer.descriptor(endpoint.descriptor());
        }
        return switch (endpoint.family()) {
            case TCP -> SocketServer.tcp(endpoint.inetAddress());
            case UDP -> SocketServer.udp(endpoint.inetAddress());
            case UNIX -> SocketServer.unix(endpoint.unixAddress());
            case UNIXGRAM -> SocketServer.unixDatagram(endpoint.unixAddress());
        };
    }

    /// {@return what that server listens on, in the form of the command line}
    String addressOf(BaseServer<?> server) {
        return endpoint(server).boundTo(server.address());
    }

    private Endpoint endpoint(BaseServer<?> server) {
        return endpoints.get(group.servers().indexOf(server));
    }

    /// {@return what the servers listen on, in the form of the command line}
    List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        group.servers().forEach(server -> addresses.add(addressOf(server)));
        return addresses;
    }

    /// {@return one line of a request, in the form of the command line}
    String clientOf(LiveRequest row) {
        return endpoint((BaseServer<?>) row.request().server()).scheme()
                + " "
                + AddressText.of(row.client());
    }

    /// {@return whether some of the connections go through TLS}
    boolean haveTls() {
        return endpoints.stream().anyMatch(Endpoint::tls);
    }

    /// Lets the servers use certificates that may be others now.
    ///
    /// @throws IOException if one cannot use them; it goes on with those before
    void reloadTls() throws IOException {
        for (BaseServer<?> server : group.servers()) {
            if (endpoint(server).tls()) {
                ((StreamServer) server).reloadTls();
            }
        }
    }

    void addListener(ServerListener listener) {
        group.addListener(listener);
    }

    /// Changes the limits and deadlines of all servers, or of none.
    ///
    /// @throws IllegalStateException if a server cannot change
    void change(ServerOptions read) {
        Map<BaseServer<?>, ServerOptions> changed = new LinkedHashMap<>();
        for (BaseServer<?> server : group.servers()) {
            changed.put(
                    server,
                    server.options()
                            .withLimits(_ -> read.limits())
                            .withDeadlines(_ -> read.deadlines())
                            .withProxies(_ -> read.proxies()));
        }
        changed.forEach(BaseServer::options);
    }

    /// {@return the numbers of the sockets, in the order of the addresses}
    ///
    /// @throws UnsupportedOperationException on the jdk engine
    List<Integer> descriptors() {
        return listening().map(ListeningServer::descriptor).toList();
    }

    /// Says whether the paths of Unix sockets are removed when the servers are closed.
    void removePaths(boolean removes) throws IOException {
        for (ListeningServer<?> server : listening().toList()) {
            server.removesPath(removes);
        }
    }

    private Stream<ListeningServer<?>> listening() {
        return group.servers().stream().map(server -> (ListeningServer<?>) server);
    }

    /// Starts serving.
    ///
    /// @return what is completed when all have ended
    CompletableFuture<Void> start() {
        return CompletableFuture.runAsync(
                group::serveForever, serving -> Thread.ofPlatform().name("serve").start(serving));
    }

    /// {@return how many requests are live}
    int active() {
        return group.servers().stream().mapToInt(BaseServer::active).sum();
    }

    /// {@return the live requests of all servers}
    List<LiveRequest> requests() {
        return group.requests();
    }

    /// Stops all servers at once: each takes no more clients, waits for its live requests, and ends
    /// those that are still live when the time is over or the other future is completed.
    ///
    /// @param live how many requests were live when the stop was asked for; some may have finished
    ///   before the servers have begun to count
    StopReport stop(int live, Drain drain, CompletableFuture<?> cutNow) {
        CompletableFuture<ShutdownReport> draining =
                CompletableFuture.supplyAsync(() -> group.close(drain), Thread::startVirtualThread);
        CompletableFuture.anyOf(draining, cutNow).join();
        ShutdownReport report = draining.isDone() ? draining.join() : group.shutdown(Duration.ZERO);
        List<String> cut = report.cut().stream().map(this::clientOf).toList();
        return new StopReport(Math.max(report.finished(), live - cut.size()), cut);
    }
}
