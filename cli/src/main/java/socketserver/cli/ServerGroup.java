package socketserver.cli;

import socketserver.BaseServer;
import socketserver.LiveRequest;
import socketserver.ServerOptions;
import socketserver.ShutdownReport;
import socketserver.SocketServer;
import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.Request;
import socketserver.request.RequestHandler;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// The servers of one command, one for each address, which start and stop together.
final class ServerGroup {
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final List<Member> members = new ArrayList<>();

    /// A server and the address that it was asked for.
    private record Member(Endpoint endpoint, BaseServer<?> server, CompletableFuture<Void> ended) {}

    private ServerGroup() {}

    /// Opens a server for each address.
    ///
    /// @param handler what serves all of them
    /// @throws ListenException if one cannot be opened; none stays open then
    static ServerGroup open(
            List<Endpoint> endpoints,
            RequestHandler<Request> handler,
            ConcurrencyModel model,
            ServerOptions options)
            throws ListenException {
        ServerGroup group = new ServerGroup();
        for (Endpoint endpoint : endpoints) {
            try {
                BaseServer<?> server = open(endpoint, handler, model, options);
                group.members.add(new Member(endpoint, server, new CompletableFuture<>()));
            } catch (IOException | RuntimeException thrown) {
                group.members.forEach(member -> member.server.close());
                throw new ListenException(endpoint, thrown);
            }
        }
        return group;
    }

    private static BaseServer<?> open(
            Endpoint endpoint,
            RequestHandler<Request> handler,
            ConcurrencyModel model,
            ServerOptions options)
            throws IOException {
        SocketServer<?, ?> composition =
                switch (endpoint.family()) {
                    case TCP -> SocketServer.tcp(endpoint.inetAddress());
                    case UDP -> SocketServer.udp(endpoint.inetAddress());
                    case UNIX -> SocketServer.unix(endpoint.unixAddress());
                    case UNIXGRAM -> SocketServer.unixDatagram(endpoint.unixAddress());
                };
        ServerOptions fitting =
                endpoint.isIpv4Only()
                        ? options.withSocket(
                                socket -> socket.withAddressFamily(StandardProtocolFamily.INET))
                        : options;
        return composition.model(model).options(_ -> fitting).open(handler);
    }

    /// {@return what the servers listen on, in the form of the command line}
    List<String> addresses() {
        List<String> addresses = new ArrayList<>();
        for (Member member : members) {
            addresses.add(member.endpoint.boundTo(member.server.address()));
        }
        return addresses;
    }

    /// Starts serving, each server on a platform thread.
    ///
    /// @return what is completed when all have ended
    CompletableFuture<Void> start() {
        for (Member member : members) {
            Thread.ofPlatform().name("serve " + member.endpoint).start(() -> serve(member));
        }
        return CompletableFuture.allOf(
                members.stream().map(Member::ended).toArray(CompletableFuture[]::new));
    }

    private static void serve(Member member) {
        try {
            member.server.serveForever();
            member.ended.complete(null);
        } catch (Throwable thrown) {
            member.ended.completeExceptionally(thrown);
        }
    }

    /// {@return the live requests of all servers}
    List<LiveRequest> requests() {
        List<LiveRequest> all = new ArrayList<>();
        for (Member member : members) {
            all.addAll(member.server.requests());
        }
        return all;
    }

    /// Stops all servers at once: each takes no more clients, waits for its live requests, and ends
    /// those that are still live when the time is over or the other future is completed.
    ///
    /// @param live how many requests were live when the stop was asked for; some may have finished
    ///   before the servers have begun to count
    StopReport stop(int live, Duration drain, CompletableFuture<?> cutNow) {
        members.forEach(member -> member.server.requestStop());
        // Closes the listening socket, so that new clients are refused and not left waiting.
        members.forEach(member -> Thread.startVirtualThread(member.server::close));
        List<CompletableFuture<ShutdownReport>> draining = new ArrayList<>();
        for (Member member : members) {
            draining.add(
                    CompletableFuture.supplyAsync(
                            () -> member.server.shutdown(drain), Thread::startVirtualThread));
        }
        CompletableFuture<Void> drained =
                CompletableFuture.allOf(draining.toArray(CompletableFuture[]::new));
        CompletableFuture.anyOf(drained, cutNow).join();
        StopReport report = new StopReport();
        if (drained.isDone()) {
            for (int i = 0; i < members.size(); i++) {
                ShutdownReport of = draining.get(i).join();
                report.add(members.get(i).endpoint.family(), of.finished(), of.cut());
            }
        } else {
            for (Member member : members) {
                List<LiveRequest> cut = member.server.shutdown(Duration.ZERO).cut();
                report.add(member.endpoint.family(), 0, cut);
            }
        }
        report.finishAtLeast(live - report.cut());
        if (report.cut() > 0) {
            awaitHandlers();
        }
        return report;
    }

    /// Handlers whose requests were cut may clean up, a moment.
    private void awaitHandlers() {
        long end = System.nanoTime() + GRACE.toNanos();
        for (Member member : members) {
            long left = Math.max(0, end - System.nanoTime());
            member.server.shutdown(Duration.ofNanos(left));
        }
    }
}
