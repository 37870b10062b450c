package socketserver;

import socketserver.request.CloseReason;

import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Those who are told of what happens to a server.
final class ServerListeners implements ServerListener {
    /// Those who are told of what happens to any server of the process.
    static final List<ServerListener> EVERYWHERE = everywhere();

    private final List<ServerListener> own = new CopyOnWriteArrayList<>();

    private static List<ServerListener> everywhere() {
        List<ServerListener> all = new CopyOnWriteArrayList<>();
        if (ModuleLayer.boot().findModule("jdk.jfr").isPresent()) {
            all.add(new FlightRecords());
        }
        return all;
    }

    void add(ServerListener listener) {
        own.add(listener);
    }

    void remove(ServerListener listener) {
        own.remove(listener);
    }

    private void tell(Consumer<ServerListener> event) {
        tell(own, event);
        tell(EVERYWHERE, event);
    }

    private static void tell(List<ServerListener> listeners, Consumer<ServerListener> event) {
        if (listeners.isEmpty()) {
            return;
        }
        for (ServerListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (Throwable thrown) {
                BaseServer.log("hook").log(
                        Level.WARNING, "listener %s failed".formatted(listener), thrown);
            }
        }
    }

    @Override
    public void started(BaseServer<?> server) {
        tell(each -> each.started(server));
    }

    @Override
    public void stopped(BaseServer<?> server) {
        tell(each -> each.stopped(server));
    }

    @Override
    public void closed(BaseServer<?> server) {
        tell(each -> each.closed(server));
    }

    @Override
    public void suspended(BaseServer<?> server) {
        tell(each -> each.suspended(server));
    }

    @Override
    public void resumed(BaseServer<?> server) {
        tell(each -> each.resumed(server));
    }

    @Override
    public void draining(BaseServer<?> server, Drain drain) {
        tell(each -> each.draining(server, drain));
    }

    @Override
    public void drained(BaseServer<?> server, ShutdownReport report) {
        tell(each -> each.drained(server, report));
    }

    @Override
    public void acceptFailed(BaseServer<?> server, Throwable failure, int attempt) {
        tell(each -> each.acceptFailed(server, failure, attempt));
    }

    @Override
    public void acceptRecovered(BaseServer<?> server, int failures) {
        tell(each -> each.acceptRecovered(server, failures));
    }

    @Override
    public void opened(LiveRequest request) {
        tell(each -> each.opened(request));
    }

    @Override
    public void refused(BaseServer<?> server, SocketAddress client, RefusalReason reason) {
        tell(each -> each.refused(server, client, reason));
    }

    @Override
    public void failed(LiveRequest request, Throwable failure) {
        tell(each -> each.failed(request, failure));
    }

    @Override
    public void closed(LiveRequest request, CloseReason reason) {
        tell(each -> each.closed(request, reason));
    }
}
