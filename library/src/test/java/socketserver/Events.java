package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.CloseReason;

import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What a server tells its listeners.
final class Events implements ServerListener {
    private final BlockingQueue<CloseReason> reasons = new LinkedBlockingQueue<>();
    private final BlockingQueue<RefusalReason> refusals = new LinkedBlockingQueue<>();
    // Written before its reason is queued.
    private volatile @Nullable LiveRequest last;
    private final List<String> all = new CopyOnWriteArrayList<>();

    /// {@return the events of that server from now on}
    static Events of(BaseServer<?> server) {
        Events events = new Events();
        server.addListener(events);
        return events;
    }

    /// {@return why the next request has ended}
    CloseReason reason() throws InterruptedException {
        return next(reasons);
    }

    /// {@return the request that has ended last}
    LiveRequest last() {
        return Objects.requireNonNull(last);
    }

    /// {@return why the next client was refused}
    RefusalReason refusal() throws InterruptedException {
        return next(refusals);
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(15, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing was told");
        }
        return next;
    }

    /// {@return the names of all events so far, in their order}
    List<String> names() {
        return List.copyOf(all);
    }

    @Override
    public void started(BaseServer<?> server) {
        all.add("started");
    }

    @Override
    public void stopped(BaseServer<?> server) {
        all.add("stopped");
    }

    @Override
    public void closed(BaseServer<?> server) {
        all.add("server closed");
    }

    @Override
    public void suspended(BaseServer<?> server) {
        all.add("suspended");
    }

    @Override
    public void resumed(BaseServer<?> server) {
        all.add("resumed");
    }

    @Override
    public void draining(BaseServer<?> server, Drain drain) {
        all.add("draining");
    }

    @Override
    public void drained(BaseServer<?> server, ShutdownReport report) {
        all.add("drained");
    }

    @Override
    public void acceptFailed(BaseServer<?> server, Throwable failure, int attempt) {
        all.add("accept failed");
    }

    @Override
    public void acceptRecovered(BaseServer<?> server, int failures) {
        all.add("accept recovered");
    }

    @Override
    public void opened(LiveRequest request) {
        all.add("opened");
    }

    @Override
    public void refused(BaseServer<?> server, SocketAddress client, RefusalReason reason) {
        all.add("refused");
        refusals.add(reason);
    }

    @Override
    public void failed(LiveRequest request, Throwable failure) {
        all.add("failed");
    }

    @Override
    public void closed(LiveRequest request, CloseReason reason) {
        all.add("closed");
        last = request;
        reasons.add(reason);
    }
}
