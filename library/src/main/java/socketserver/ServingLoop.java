package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.concurrency.RequestLoop;
import socketserver.request.DeadlineKind;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.Turn;
import socketserver.transport.Engine;
import socketserver.transport.Listener;
import socketserver.transport.PolledServing;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// The loop of a server: waits for requests, takes them, and hands them to the concurrency model.
///
/// The one thread that serves uses it; no exception of a hook ends it.
final class ServingLoop<R extends Request> implements RequestLoop, PolledServing {
    private final BaseServer<R> server;
    private final Backoff backoff = new Backoff();
    // Read by the thread that closes, too.
    private volatile @Nullable ConcurrencyModel model;
    private @Nullable Duration serviceInterval;
    private Deadline nextService = Deadline.NEVER;
    // Whether the last request may not have been the last one that is ready.
    private boolean ready;
    // What wakes the thread that waits for the listener, if that is somebody else's.
    private volatile @Nullable Runnable waker;
    // Whether the serving thread is parked until a request ends; read by the threads that end one.
    private volatile boolean waitingForRoom;

    ServingLoop(BaseServer<R> server) {
        this.server = server;
    }

    /// {@return the model that runs this server's handlers, asked for when it first serves}
    ConcurrencyModel model() {
        ConcurrencyModel asked = model;
        if (asked == null) {
            asked = server.concurrencyModel();
            try {
                asked.prepare(new DetachedServer<>(server, server.handler()));
            } catch (IOException thrown) {
                throw new IllegalStateException(
                        "%s cannot be served by the model %s: %s"
                                .formatted(server, asked, thrown.getMessage()),
                        thrown);
            }
            model = asked;
        }
        return asked;
    }

    /// Says that the server is closed.
    void closed() {
        ConcurrencyModel asked = model;
        if (asked != null) {
            asked.serverClosed(server);
        }
    }

    boolean daemonThreads() {
        ConcurrencyModel asked = model;
        return asked != null && asked.daemonThreads();
    }

    void serveForever(@Nullable Duration serviceInterval) {
        this.serviceInterval = serviceInterval;
        nextService = Deadline.in(serviceInterval);
        ready = false;
        server.admission().begin();
        model().serve(this);
    }

    @Override
    public boolean waitsVirtually() {
        return server.waitsVirtually();
    }

    @Override
    public boolean turn() {
        server.servedHere();
        if (stopped()) {
            return false;
        }
        server.admission().tellSettled();
        boolean came = ready || await(nextService);
        if (stopped()) {
            // What has become ready stays in the kernel's queue.
            return false;
        }
        HandleResult result = came ? next() : null;
        ready = isTaken(result);
        service(ready);
        return !stopped();
    }

    private static boolean isTaken(@Nullable HandleResult result) {
        return result == HandleResult.HANDLED || result == HandleResult.REJECTED;
    }

    /// Calls the service actions if a request was taken, or it is time.
    private void service(boolean taken) {
        if (taken || nextService.passed()) {
            nextService = Deadline.in(serviceInterval);
            server.guarded("serviceActions", server::serviceActions);
        }
    }

    // Driven by somebody else, who waits for the listener

    @Override
    public @Nullable Listener<?> listener() {
        return server.listener();
    }

    @Override
    public Engine engine() {
        return server.usedEngine();
    }

    @Override
    public RequestHandler<?> handler() {
        return server.handler();
    }

    @Override
    public void wakes(@Nullable Runnable waker) {
        this.waker = waker;
    }

    @Override
    public long turnNow(boolean maybe) {
        server.servedHere();
        ready |= maybe || server.hasRequest();
        if (stopped()) {
            return STOPPED;
        }
        server.admission().tellSettled();
        if (backoff.waits()) {
            return backoff.until().or(nextService).left();
        }
        if (ready) {
            waitingForRoom = true;
            if (mustWait()) {
                return server.admission().untilRoom(nextService).left();
            }
            waitingForRoom = false;
        }
        HandleResult result = ready ? next() : null;
        // It is not told again that there are some.
        ready = result != null || server.hasRequest() || (ready && mustWait());
        service(isTaken(result));
        if (stopped()) {
            return STOPPED;
        }
        if (backoff.waits()) {
            return backoff.until().or(nextService).left();
        }
        return ready ? 0 : nextService.left();
    }

    HandleResult handleOne(@Nullable Duration timeout) {
        server.admission().begin();
        model();
        Deadline deadline = Deadline.in(timeout);
        for (; ; ) {
            boolean came = await(deadline);
            if (stopped()) {
                return HandleResult.STOPPED;
            }
            HandleResult result = came ? next() : null;
            if (result != null) {
                return result;
            }
            if (!came && deadline.passed()) {
                server.guarded("handleTimeout", server::handleTimeout);
                return HandleResult.TIMEOUT;
            }
        }
    }

    private boolean stopped() {
        return server.stopping() || Thread.currentThread().isInterrupted();
    }

    /// Waits until a request may be ready and may be taken.
    ///
    /// @return false if the deadline has passed, the stop was requested, or somebody else woke us
    private boolean await(Deadline deadline) {
        if (backoff.waits()) {
            park(backoff.until().or(deadline));
            return false;
        }
        if (mustWait()) {
            waitingForRoom = true;
            if (mustWait()) {
                park(server.admission().untilRoom(deadline));
            }
            waitingForRoom = false;
            return false;
        }
        Turn yielded = Turn.yieldCurrent();
        try {
            return server.awaitRequest(deadline.left());
        } catch (Throwable thrown) {
            server.acceptFailed(thrown, backoff.failed());
            return false;
        } finally {
            Turn.resume(yielded);
        }
    }

    /// Parks unless the stop was requested: what has unparked us for it may have been used up by a
    /// lock in between.
    private void park(Deadline deadline) {
        if (stopped()) {
            return;
        }
        Turn yielded = Turn.yieldCurrent();
        try {
            if (deadline.never()) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, deadline.left());
            }
        } finally {
            Turn.resume(yielded);
        }
    }

    /// Says that a live request has ended; called by any thread.
    void roomMade() {
        if (waitingForRoom) {
            wake();
        }
    }

    /// Ends a wait of the serving thread that is not one for the listener; called by any thread.
    void wake() {
        Runnable waking = waker;
        if (waking == null) {
            LockSupport.unpark(server.servingThread());
        } else {
            waking.run();
        }
    }

    /// {@return whether the next client has to wait until a live request has ended}
    private boolean mustWait() {
        return server.admission().mustWait(model().capacity());
    }

    /// Takes the next request and hands it on.
    ///
    /// @return what came of it, or null if none was there
    private @Nullable HandleResult next() {
        // Full though we have just waited for room, if there were more to take or the limit has
        // changed.
        if (mustWait()) {
            return null;
        }
        R request;
        try {
            request = server.takeRequest();
        } catch (Throwable thrown) {
            server.acceptFailed(thrown, backoff.failed());
            return HandleResult.FAILED;
        }
        int failures = backoff.succeeded(request == null);
        if (failures > 0) {
            server.acceptRecovered(failures);
        }
        return request == null ? null : dispatch(request);
    }

    private HandleResult dispatch(R request) {
        boolean full = server.admission().isFull();
        LiveRequest row = server.live().add(request);
        RefusalReason refusal = server.admission().refusal(row, full);
        refusal = refusal == null ? server.refusal(request) : refusal;
        if (refusal != null) {
            server.refuse(request, refusal);
            return HandleResult.REJECTED;
        }
        try {
            if (!server.verifyRequest(request)) {
                server.refuse(request, RefusalReason.NOT_VERIFIED);
                return HandleResult.REJECTED;
            }
        } catch (Throwable thrown) {
            server.listeners().refused(server, request.client(), RefusalReason.NOT_VERIFIED);
            failed(request, thrown);
            return HandleResult.REJECTED;
        }
        row.opens(server.options().deadlines().of(DeadlineKind.AGE));
        server.listeners().opened(row);
        try {
            server.processRequest(request);
        } catch (Throwable thrown) {
            runFailed(request, thrown);
        } finally {
            row.handedOn();
        }
        return HandleResult.HANDLED;
    }

    /// Ends a request that could not be run, or whose handler has ended with an `Error`.
    void runFailed(R request, Throwable thrown) {
        if (thrown instanceof Error error && !server.isServingForeverHere()) {
            endUnlessEnded(request);
            throw error;
        }
        failed(request, thrown);
    }

    private void failed(R request, Throwable thrown) {
        server.reportError(request, thrown);
        endUnlessEnded(request);
    }

    private void endUnlessEnded(R request) {
        LiveRequest row = server.live().row(request);
        if (row != null && !row.isKept()) {
            server.endRequest(request);
        }
    }
}
