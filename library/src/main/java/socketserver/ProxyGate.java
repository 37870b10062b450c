package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.StreamRequest;
import socketserver.transport.Curfew;
import socketserver.transport.MultiplexedStream;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ProtocolException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Where the connections of proxies wait until their headers are in: then they are taken as if they
/// came from the clients that the headers name.
///
/// The header is read on a virtual thread for each, so that no proxy holds up the thread that
/// serves. What has come behind a header goes with its request.
final class ProxyGate {
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
    private final Queue<Waiting> announced = new ConcurrentLinkedQueue<>();
    private final SparseWarnings warnings = new SparseWarnings();
    // Set by the thread that closes.
    private volatile boolean closed;

    /// Keeps the connection until its header is in, if it is that of a proxy.
    ///
    /// @return whether it does, or has refused it
    boolean keeps(StreamServer server, StreamRequest request) {
        ProxySettings settings = server.options().proxies();
        if (!settings.has(request.client()) || !(request instanceof MultiplexedStream stream)) {
            return false;
        }
        if (waiting.size() >= settings.maxWaiting()) {
            server.refuse(request, RefusalReason.PROXIES_FULL);
            return true;
        }
        Waiting added = new Waiting(server, stream, Curfew.of(stream, settings.timeout()));
        waiting.add(added);
        Thread.ofVirtual().name("proxy-header-" + request.id()).start(added::read);
        return true;
    }

    /// Says that something is not a header: whoever runs the server has made a mistake. Clients
    /// that only knock, as some load balancers do to see whether anybody is there, make none.
    private void report(StreamRequest request, IOException failed) {
        boolean mistaken = failed instanceof ProtocolException && warnings.mayBeGiven();
        BaseServer.log("proxy").log(
                mistaken ? Level.WARNING : Level.DEBUG, "{0}: {1}", request, failed);
    }

    /// {@return whether there is one whose header is in}
    boolean hasNext() {
        return !announced.isEmpty();
    }

    /// {@return whether none is there, with a header or without}
    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /// {@return the next one whose header is in, or null}
    @Nullable StreamRequest next() {
        Waiting next = announced.poll();
        if (next == null) {
            return null;
        }
        waiting.remove(next);
        return next.stream;
    }

    /// Ends those that wait, with the server.
    void close() {
        closed = true;
        waiting.forEach(each -> each.stream.close());
    }

    private final class Waiting {
        private final StreamServer server;
        private final MultiplexedStream stream;
        private final Curfew curfew;

        Waiting(StreamServer server, MultiplexedStream stream, Curfew curfew) {
            this.server = server;
            this.stream = stream;
            this.curfew = curfew;
        }

        void read() {
            boolean in = false;
            try {
                stream.readProxyHeader();
                in = true;
            } catch (IOException failed) {
                if (!closed) {
                    report(stream, failed);
                    server.refuse(
                            stream,
                            curfew.isOver()
                                    ? RefusalReason.PROXY_TIMEOUT
                                    : RefusalReason.BAD_PROXY_HEADER);
                }
            } finally {
                curfew.close();
                if (!in) {
                    waiting.remove(this);
                    stream.close();
                    server.wakeServing();
                }
            }
            if (in) {
                announced.add(this);
                server.wakeServing();
            }
        }
    }
}
