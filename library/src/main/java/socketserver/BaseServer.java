package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.concurrency.ForkingModel;
import socketserver.request.CloseReason;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.RequestRunner;
import socketserver.request.Server;
import socketserver.request.StreamRequest;
import socketserver.transport.Engine;
import socketserver.transport.Listener;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// What all servers are: a loop that takes requests, hooks around each of them, and a life from the
/// first request to `close()`. Python's `BaseServer`.
///
/// A program starts one of the subclasses:
///
/// {@snippet class="socketserver.SnippetsTest" region="server"}
///
/// One that has a family of its own extends this class and says how requests arrive:
/// [#awaitRequest(long)], [#getRequest()], [#wakeUp()] and [#closeListener()].
///
/// ## Hooks
///
/// Protected methods are hooks to override. For each request the serving thread calls
/// [#getRequest()], [#verifyRequest(Request)] and [#processRequest(Request)], which hands the
/// request to the concurrency model; on the thread that the model chooses follow
/// [#runRequest(Request)], [#finishRequest(Request)] with the handler in it, if that failed
/// [#handleError(Request, Throwable)], and at last [#shutdownRequest(Request)] and
/// [#closeRequest(Request)]. No exception of a hook ends the loop or leaves a request open; it is
/// logged.
///
/// ## Threads
///
/// One thread at a time serves. All public methods may be called from any thread, handlers
/// included, in any order and more than once, except where a method says otherwise.
///
/// @param <R> what its handlers handle
public abstract class BaseServer<R extends Request>
        implements Server, ConcurrencyMixIn, AutoCloseable {
    private static final Map<String, System.Logger> LOGGERS = new ConcurrentHashMap<>();

    private final SocketAddress address;
    // Set by the constructor, or after it when the copy of a server has arrived in a child process.
    private RequestHandler<? super R> handler;
    private volatile ServerOptions options;

    private final AtomicBoolean listenerClosed = new AtomicBoolean();
    private final ServerListeners listeners = new ServerListeners();
    private final Interceptors<R> interceptors = new Interceptors<>();
    private final Lifecycle lifecycle;
    private final ServingLoop<R> loop;
    private final LiveRequests live;
    private final Admission admission;
    private final Farewells farewells = new Farewells();
    // What the request that a copy runs has failed by. The thread's alone that runs it.
    private @Nullable Throwable failureHere;
    // How many drains go on.
    private final AtomicInteger unready = new AtomicInteger();
    // What has run requests of this server beside its model.
    private final Set<RequestRunner> continuedBy = ConcurrentHashMap.newKeySet();

    /// Makes a server, which is not bound to anything yet.
    ///
    /// @param address where it is to listen; Python's `server_address`
    /// @param handler what handles its requests; Python's `RequestHandlerClass`
    @SuppressWarnings("this-escape") // the loop keeps it for later and asks it nothing
    protected BaseServer(
            SocketAddress address, RequestHandler<? super R> handler, ServerOptions options) {
        this.address = Objects.requireNonNull(address, "address");
        this.handler = Objects.requireNonNull(handler, "handler");
        if (this instanceof ForkingMixIn) {
            ForkingModel.standard().check(handler);
        }
        this.options = Objects.requireNonNull(options, "options");
        if (options.tls() != null && !(this instanceof StreamServer)) {
            throw new IllegalArgumentException(
                    "TLS is for connections of TCP and Unix streams, which %s takes none of"
                                    .formatted(getClass().getName())
                            + " (DTLS is not there)");
        }
        lifecycle = new Lifecycle(false);
        loop = new ServingLoop<>(this);
        live = new LiveRequests(loop::roomMade, this::gone);
        admission = new Admission(this);
    }

    /// Makes the copy of a server in a child process; called by Java's serialization alone.
    ///
    /// @throws IllegalStateException otherwise
    @SuppressWarnings("this-escape") // as above
    protected BaseServer() {
        DetachedServer<?> arriving = DetachedServer.arriving();
        address = arriving.address();
        options = arriving.options();
        handler =
                _ -> {
                    throw new IllegalStateException("the server has not arrived yet");
                };
        lifecycle = new Lifecycle(true);
        loop = new ServingLoop<>(this);
        live = new LiveRequests(loop::roomMade, this::gone);
        admission = new Admission(this);
    }

    /// Gives the copy of a server its handler.
    final void attach(RequestHandler<? super R> handler) {
        this.handler = handler;
    }

    // What it is

    /// {@return the address that was given, or once it is bound the one that it listens on}
    @Override
    public SocketAddress address() {
        return address;
    }

    /// {@return its class and address}
    @Override
    public String toString() {
        return getClass().getSimpleName() + " on " + address();
    }

    /// {@return the settings in force}
    public final ServerOptions options() {
        return options;
    }

    /// Changes the limits and deadlines, for what begins from now on.
    ///
    /// @throws IllegalStateException if other settings differ from those in force, which can no
    ///   longer take effect; nothing is changed then
    public final void options(ServerOptions changed) {
        if (!changed.socket().equals(options.socket())
                || changed.bindAndActivate() != options.bindAndActivate()) {
            throw new IllegalStateException(
                    "socket settings can no longer change (%s to %s): give them to the constructor"
                            .formatted(options.socket(), changed.socket()));
        }
        if (!Objects.equals(changed.tls(), options.tls())) {
            throw new IllegalStateException(
                    "TLS settings can no longer change (%s to %s): their files may, see reloadTls()"
                            .formatted(options.tls(), changed.tls()));
        }
        options = changed;
        // There may be room now.
        loop.wake();
    }

    /// {@return how many requests are live: as many as [#requests()] has, without making that list}
    public final int active() {
        return live.size();
    }

    /// {@return the live requests: those that were taken and have not ended}
    public final List<LiveRequest> requests() {
        return live.rows();
    }

    /// {@return how long [#handleRequest()] waits, or null for ever; Python's `timeout`}
    ///
    /// As in Python, [#serveForever()] ignores it.
    public @Nullable Duration timeout() {
        Duration set = options.deadlines().request();
        return set == null ? defaultTimeout() : set;
    }

    /// {@return whether [#close()] waits for handlers; Python's `block_on_close`}
    public boolean blockOnClose() {
        return options.blockOnClose();
    }

    /// Lets that be told of what happens to this server from now on.
    public final void addListener(ServerListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /// Lets that be told no more; nothing changes if it was not.
    public final void removeListener(ServerListener listener) {
        listeners.remove(listener);
    }

    /// Puts something around the handler of each request from now on, inside of what is there.
    public final void addInterceptor(Interceptor<R> interceptor) {
        interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
    }

    final Interceptors<R> interceptors() {
        return interceptors;
    }

    // Binding

    /// Binds the server to its address; called by the constructor unless the option
    /// `bindAndActivate` is off, and by the program then. Python's `server_bind`.
    ///
    /// An override that a constructor calls sees its own fields unset, unless their values are
    /// assigned before `super(…)`.
    public void serverBind() throws IOException {}

    /// Makes the bound server ready to take requests; called after [#serverBind()]. Python's
    /// `server_activate`.
    public void serverActivate() throws IOException {}

    // Serving

    /// Serves until [#requestStop()], [#shutdown()] or [#close()] is called or this thread is
    /// interrupted; [#serviceActions()] is called after each request.
    ///
    /// It may be called again afterwards, unless the server was closed: clients that came meanwhile
    /// have waited. Under the threading model, where the engine is linux, a virtual thread turns
    /// the loop and calls the hooks, and this one waits for it.
    ///
    /// @throws IllegalStateException if another thread serves, or the server is not bound or closed
    public final void serveForever() {
        serve(null);
    }

    /// Serves as [#serveForever()] does, and calls [#serviceActions()] at least at that interval.
    ///
    /// Unlike Python's `poll_interval` it delays neither a request nor the stop.
    ///
    /// @throws IllegalArgumentException if the interval is not positive
    /// @throws IllegalStateException if another thread serves, or the server is not bound or closed
    public final void serveForever(Duration serviceInterval) {
        Checks.positive("serviceInterval", Objects.requireNonNull(serviceInterval));
        serve(serviceInterval);
    }

    private void serve(@Nullable Duration serviceInterval) {
        begin(Thread.currentThread(), true);
        serveBegun(serviceInterval);
    }

    private void serveBegun(@Nullable Duration serviceInterval) {
        try {
            listeners.started(this);
            loop.serveForever(serviceInterval);
        } finally {
            listeners.stopped(this);
            lifecycle.end(true);
        }
    }

    /// Throws if the server is closed.
    final void requireOpen() {
        lifecycle.requireOpen();
    }

    private void begin(Thread thread, boolean forever) {
        requireBound();
        lifecycle.begin(thread, forever);
    }

    /// Throws if the server cannot serve because it is not bound.
    void requireBound() {}

    /// {@return what requests come from, or null if it is none of this library's}
    @Nullable Listener<?> listener() {
        return null;
    }

    /// {@return the engine that the server's sockets belong to}
    Engine usedEngine() {
        return Engine.chosen();
    }

    /// {@return whether a virtual thread may wait for requests without blocking its carrier}
    boolean waitsVirtually() {
        return false;
    }

    /// Serves in the background, on a platform thread that keeps the JVM alive, and returns at
    /// once.
    ///
    /// @throws IllegalStateException if another thread serves, or the server is not bound or closed
    public final void start() {
        Thread thread =
                Thread.ofPlatform()
                        .daemon(false)
                        .name("socketserver " + address())
                        .unstarted(() -> serveBegun(null));
        begin(thread, true);
        boolean started = false;
        try {
            thread.start();
            started = true;
        } finally {
            if (!started) {
                lifecycle.end(false);
            }
        }
    }

    /// Waits for one request, at most for [#timeout()], and hands it to the concurrency model:
    /// Python's `handle_request`.
    ///
    /// With the synchronous model the request has been handled when this returns, and an `Error` of
    /// its handler comes out of here. It does not call [#serviceActions()].
    ///
    /// @return what came of it (Python's returns nothing)
    /// @throws IllegalStateException if another thread serves, or the server is not bound or closed
    public final HandleResult handleRequest() {
        begin(Thread.currentThread(), false);
        HandleResult result = null;
        try {
            result = loop.handleOne(timeout());
            return result;
        } finally {
            lifecycle.end(result == HandleResult.STOPPED);
        }
    }

    // Stopping

    /// Asks the server to stop serving, and returns at once.
    ///
    /// If nothing serves at the moment, the next serving ends at once, unless a `serveForever()`
    /// has just ended: then there is nothing left to stop.
    @Override
    public final void requestStop() {
        stop();
    }

    private long stop() {
        lifecycle.requireOriginal();
        long serving = lifecycle.requestStop();
        wakeServing();
        return serving;
    }

    /// {@return whether a request is there that [#awaitRequest] need not wait for}
    boolean hasRequest() {
        return false;
    }

    /// {@return whether a request was taken from the kernel, and is to be handed on now}
    boolean hasTaken() {
        return false;
    }

    /// {@return whether a request was taken from the kernel, and is to be handed on now or later}
    boolean awaitsTaken() {
        return hasTaken();
    }

    final void wakeServing() {
        loop.wake();
        wakeUp();
    }

    /// Asks the server to stop serving and waits until it has: Python's `shutdown`.
    ///
    /// Handlers on other threads go on. Called on the serving thread, by a handler of the
    /// synchronous model for instance, it only asks (Python deadlocks). If nothing serves it does
    /// not wait.
    public final void shutdown() {
        long serving = stop();
        live.whileStopping(() -> awaitStop(serving, Deadline.NEVER));
    }

    private boolean awaitStop(long serving, Deadline deadline) {
        return lifecycle.servingHere() || lifecycle.awaitEnd(serving, deadline);
    }

    /// Drains the server, at once: [#shutdown(Drain)].
    ///
    /// @param time how long it may take
    /// @throws IllegalArgumentException if the time is negative
    public final ShutdownReport shutdown(Duration time) {
        return shutdown(Drain.within(time));
    }

    /// Stops serving, lets the live requests come to an end, and ends those that are still live
    /// when the time is over. The socket stays open: clients that come meanwhile wait, and the
    /// server can serve again.
    ///
    /// Handlers are told by [Request#draining()]; one that waits for its client between two
    /// messages finds the end of the client's input. A handler that calls it does not wait for
    /// itself, and its request is neither told nor cut. The report comes a second after the end of
    /// the time if handlers do not end whose requests were cut.
    public final ShutdownReport shutdown(Drain drain) {
        return draining(drain, () -> {});
    }

    /// Drains as [#shutdown(Drain)] does, but closes the socket as soon as the server takes no more
    /// requests, so that clients are refused; at the end the server is closed.
    ///
    /// If another thread closes it already, this waits for that, too.
    public final ShutdownReport close(Drain drain) {
        lifecycle.requireOriginal();
        ShutdownReport report = draining(drain, this::closeForDrain);
        close();
        return report;
    }

    private ShutdownReport draining(Drain drain, Runnable stopped) {
        listeners.draining(this, drain);
        unready.incrementAndGet();
        boolean wasSuspended = admission.isSuspended();
        try {
            Draining draining = new Draining(this, drain);
            if (drain.unready().isPositive()) {
                lifecycle.awaitClosing(Deadline.in(drain.unready()));
            }
            if (drain.patience().isPositive() && !lifecycle.servingHere()) {
                leaveAlone(Deadline.in(drain.patience()));
            }
            long serving = stop();
            ShutdownReport report =
                    draining.run(
                            deadline -> {
                                boolean ended = awaitStop(serving, deadline);
                                if (ended) {
                                    stopped.run();
                                }
                                return ended;
                            });
            listeners.drained(this, report);
            return report;
        } finally {
            if (drain.patience().isPositive()) {
                // It may serve again.
                admission.suspend(wasSuspended);
            }
            unready.decrementAndGet();
        }
    }

    /// Takes no more from the kernel, and waits until all that was taken has ended by itself.
    private void leaveAlone(Deadline patience) {
        CompletableFuture<Void> settled = admission.settle();
        wakeServing();
        live.whileStopping(
                () -> {
                    while (!settled.isDone()
                            && lifecycle.serving() != null
                            && !lifecycle.stopRequested()
                            && !patience.passed()) {
                        settled.copy()
                                .completeOnTimeout(
                                        null, LiveRequests.SWEEP.toMillis(), TimeUnit.MILLISECONDS)
                                .join();
                    }
                    return live.awaitEmpty(patience, false);
                });
    }

    private void closeForDrain() {
        lifecycle.forbidServing();
        if (!repliesThroughListener()) {
            closeListenerOnce();
        }
    }

    /// Drains and closes the server when the JVM ends, because of a signal or `System.exit`.
    ///
    /// It is part of the JVM's end, and must be over before the process is killed. A server that
    /// was closed before is forgotten.
    ///
    /// @throws IllegalStateException if the JVM is ending already, or the server is closed
    public final void drainAtExit(Drain drain) {
        requireOpen();
        ExitDrain.of(this, drain);
    }

    /// {@return whether new clients are welcome: it serves, is not suspended, and does not drain}
    ///
    /// It is what a load balancer's health check should be told.
    public final boolean ready() {
        return lifecycle.serving() != null
                && !lifecycle.stopRequested()
                && !admission.isSuspended()
                && unready.get() == 0;
    }

    /// Takes no more requests until [#resume()]: clients that come wait. Live requests go on.
    public final void suspend() {
        if (admission.suspend(true)) {
            listeners.suspended(this);
        }
    }

    /// Takes requests again.
    public final void resume() {
        if (admission.suspend(false)) {
            listeners.resumed(this);
            loop.wake();
        }
    }

    /// Stops serving, closes the socket, waits for handlers as long as the deadline `close` says,
    /// and then ends their requests: Python's `server_close`, and more.
    ///
    /// It does not wait if [#blockOnClose()] is false or the model's threads are daemons; handlers
    /// go on then. The socket of a datagram server is closed after the handlers, so that their
    /// replies go out. Called by a handler it does not wait for that handler. A second call waits
    /// for the first.
    @Override
    public void close() {
        if (lifecycle.isCopy()) {
            return;
        }
        if (!lifecycle.beginClose()) {
            if (!lifecycle.servingHere() && !live.handledBy(Thread.currentThread())) {
                live.whileStopping(lifecycle::awaitClosed);
            }
            return;
        }
        try {
            live.whileStopping(this::closeWhileStopping);
        } finally {
            live.sweep();
            farewells.close();
            loop.closed();
            continuedBy.forEach(runner -> runner.serverClosed(this));
            listeners.closed(this);
            lifecycle.endClose();
        }
    }

    /// Waits until no request is live but those that the calling thread is busy with.
    final void awaitHandlers() {
        live.awaitEmpty(Deadline.NEVER, lifecycle.servingHere());
    }

    private void closeListenerOnce() {
        if (listenerClosed.compareAndSet(false, true)) {
            guarded("closeListener", this::closeListener);
        }
    }

    private boolean closeWhileStopping() {
        long serving = stop();
        Deadline deadline = Deadline.in(options.deadlines().close());
        boolean waits = blockOnClose() && !loop.daemonThreads();
        boolean ended =
                (waits || !live.handledBy(lifecycle.serving())) && awaitStop(serving, deadline);
        if (!repliesThroughListener()) {
            closeListenerOnce();
        }
        if (waits && !live.awaitEmpty(deadline, lifecycle.servingHere())) {
            List<LiveRequest> cut = live.others();
            String states = cut.stream().limit(10).toList().toString();
            cut.forEach(row -> row.close(CloseReason.CUT));
            log("shutdown")
                    .log(
                            Level.WARNING,
                            "{0}: closed with {1} requests still live: {2}",
                            address(),
                            Integer.toString(cut.size()),
                            states);
        }
        if (waits && !live.handledBy(Thread.currentThread())) {
            closeListenerOnce();
        } else {
            live.whenEmpty(this::closeListenerOnce);
        }
        return ended || !waits || awaitStop(serving, Deadline.in(Duration.ofSeconds(1)));
    }

    // Hooks: where requests come from

    /// Waits until a request may be ready, the time is over, or [#wakeUp()] is or was called.
    ///
    /// Called by the serving thread. Python waits for the server's `fileno()` instead.
    ///
    /// @param nanos how long; negative is for ever
    /// @return whether a request may be ready
    protected abstract boolean awaitRequest(long nanos) throws IOException;

    /// {@return the next request, or null if none is ready after all; Python's `get_request`}
    ///
    /// Called by the serving thread. If it throws, the loop calls [#handleAcceptError(Throwable,
    /// int)] and waits before it tries again.
    protected abstract @Nullable R getRequest() throws IOException;

    /// Calls [#getRequest()], and if an override throws or returns nothing closes what it has taken
    /// before.
    @Nullable R takeRequest() throws IOException {
        return getRequest();
    }

    /// Ends the present or else the next [#awaitRequest(long)] at once; called by any thread.
    protected abstract void wakeUp();

    /// Closes what requests come from; called once, when the server is closed or could not be made.
    protected abstract void closeListener() throws IOException;

    /// {@return whether requests are answered through what they came from, as datagrams are, so
    /// that it has to stay open until they are handled}
    protected boolean repliesThroughListener() {
        return false;
    }

    // Hooks: around a request

    /// {@return whether to handle the request; true unless overridden. Python's `verify_request`}
    ///
    /// Called by the serving thread: it must not wait. If it throws, the request is reported to
    /// [#handleError(Request, Throwable)] and ended.
    protected boolean verifyRequest(R request) throws Exception {
        return true;
    }

    /// Hands the request to the concurrency model; Python's `process_request`.
    ///
    /// Called by the serving thread. An override that runs the request in a way of its own calls
    /// [#runRequest(Request)] for it, on any thread.
    protected void processRequest(R request) throws Exception {
        loop.model().run(new ServerTask<>(this, request));
    }

    /// Handles the request and ends it, whatever happens: Python's `process_request_thread`, in
    /// every model. Only an `Error` comes out of it, unless this is the thread that serves for
    /// ever.
    ///
    /// Called by the thread that handles. Override it to do something around each handler.
    protected void runRequest(R request) {
        LiveRequest row = live.row(request);
        if (row != null) {
            row.begin();
        }
        boolean goesOn = false;
        try {
            secure(request);
            verifySecured(request);
            finishRequest(request);
            goesOn = row != null && (row.isLasting() || goesOn(row, request));
        } catch (Exception thrown) {
            if (thrown instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            reportError(request, thrown);
        } catch (Error error) {
            if (!lifecycle.servingForeverHere()) {
                throw error;
            }
            reportError(request, error);
        } finally {
            if (!goesOn) {
                endRequest(request);
            }
        }
    }

    /// Does what the request needs before its handler may begin, waiting for the client; once more
    /// it does nothing.
    void secure(R request) throws IOException {}

    /// {@return whether [#secure] would do something}
    boolean waitsToSecure(R request) {
        return false;
    }

    /// Looks at the client once that is done.
    void verifySecured(R request) throws Exception {}

    /// {@return why a request that would come in is turned away, or null}
    @Nullable RefusalReason refusal(R request) {
        return null;
    }

    /// Lets the request go on elsewhere, if its handler has asked for that.
    private boolean goesOn(LiveRequest row, R request) throws Exception {
        RequestRunner next = row.goOn();
        if (next == null) {
            return false;
        }
        continuedBy.add(next);
        next.run(new ServerTask<>(this, request));
        return true;
    }

    /// Lets a request that has lasted go on where its handler has asked for.
    final void goOn(R request) {
        LiveRequest row = live.row(request);
        try {
            if (row != null) {
                goesOn(row, request);
            }
        } catch (Exception thrown) {
            reportError(request, thrown);
            endRequest(request);
        }
    }

    @Override
    public final boolean leaves(Request request) {
        LiveRequest row = live.row(request);
        return row != null && row.leaves();
    }

    @Override
    public final <Q extends Request> void continueIn(
            RequestRunner runner, Q request, RequestHandler<? super Q> handler) {
        lifecycle.requireOriginal();
        runner.check(handler);
        LiveRequest row = live.row(request);
        if (row == null || row.handler().isEmpty()) {
            throw new IllegalStateException(
                    "%s is not handled by this server at the moment: it cannot go on elsewhere"
                            .formatted(request));
        }
        row.continueIn(runner, handler);
    }

    final RequestHandler<? super R> handler() {
        return handler;
    }

    /// {@return what handles that request: the server's handler, or the one that it goes on with}
    @SuppressWarnings("unchecked") // continueIn takes only such as can handle the request
    final RequestHandler<? super R> handlerOf(R request) {
        LiveRequest row = live.row(request);
        RequestHandler<?> other = row == null ? null : row.goesOnWith();
        return other == null ? handler : (RequestHandler<? super R>) other;
    }

    /// Calls the handler, with the interceptors around it; Python's `finish_request`.
    protected void finishRequest(R request) throws Exception {
        interceptors.handle(request, handlerOf(request));
    }

    /// Ends the request politely, then calls [#closeRequest(Request)]; Python's `shutdown_request`.
    ///
    /// An override that does not call `super` leaves the request open; it stays among [#requests()]
    /// until somebody closes it.
    protected void shutdownRequest(R request) throws IOException {
        closeRequest(request);
    }

    /// Closes the request; Python's `close_request`.
    protected void closeRequest(R request) throws IOException {
        request.close();
        live.closed(request);
    }

    // Hooks: errors and housekeeping

    /// Reports that a request has failed; Python's `handle_error`.
    ///
    /// Logs the stack trace at WARNING; but what the client alone has caused (it has gone, is too
    /// slow, sends too much, or breaks the protocol: a `ProtocolException`) is one line at DEBUG.
    /// Called by the thread that handles, before the request is ended; it must not rely on the
    /// client.
    protected void handleError(R request, Throwable failure) {
        if (CloseReason.of(failure) == CloseReason.FAILED) {
            log("handler")
                    .log(Level.WARNING, "request from " + request.client() + " failed", failure);
        } else {
            log("handler").log(Level.DEBUG, "{0}: {1}", request, failure);
        }
    }

    /// Reports that taking a request has failed: the process has no descriptor left (`EMFILE`),
    /// say. Python ignores such errors and spins.
    ///
    /// Logs the first of each episode at WARNING. The loop then waits, 5 ms at first and up to 1 s,
    /// before it tries again. Called by the serving thread.
    ///
    /// @param attempt how many attempts have failed in this episode, 1 for the first; it ends when
    ///   all clients that wait have been taken
    protected void handleAcceptError(Throwable failure, int attempt) {
        if (attempt == 1) {
            log("accept")
                    .log(
                            Level.WARNING,
                            address() + ": cannot take a request, trying again",
                            failure);
        }
    }

    /// Called when [#handleRequest()] has waited in vain; does nothing unless overridden. Python's
    /// `handle_timeout`.
    protected void handleTimeout() throws Exception {}

    /// Called by [#serveForever()] after each request and at its interval; does nothing unless
    /// overridden. Python's `service_actions`.
    ///
    /// Called by the serving thread: it must not wait.
    protected void serviceActions() throws Exception {}

    // For the loop

    final void runFailed(R request, Throwable thrown) {
        loop.runFailed(request, thrown);
    }

    /// Calls the hook for this process's copy of a request that goes on in another one.
    final void closeMoved(R request) {
        forget(request);
        guardedFor(request, "closeRequest", () -> closeRequest(request));
    }

    /// Something that may throw.
    interface Action {
        void run() throws Exception;
    }

    /// Calls a hook and logs what it throws.
    final void guarded(String hook, Action action) {
        try {
            action.run();
        } catch (Throwable thrown) {
            log("hook").log(Level.WARNING, "%s: %s failed".formatted(address(), hook), thrown);
        }
    }

    private void guardedFor(R request, String hook, Action action) {
        try {
            action.run();
        } catch (Throwable thrown) {
            log("hook").log(Level.WARNING, "%s of %s failed".formatted(hook, request), thrown);
            request.close();
        }
    }

    final void reportError(R request, Throwable failure) {
        LiveRequest row = live.row(request);
        if (row != null) {
            row.endsBy(CloseReason.of(failure));
            if (row.isOpened()) {
                listeners.failed(row, failure);
            }
        } else if (lifecycle.isCopy()) {
            failureHere = failure;
        }
        guardedFor(request, "handleError", () -> handleError(request, failure));
    }

    /// {@return what the last request has failed by that this copy of a server has run}
    final @Nullable Throwable takeFailure() {
        Throwable failure = failureHere;
        failureHere = null;
        return failure;
    }

    /// Ends a request whose handler has ended or is not to run.
    final void endRequest(R request) {
        guardedFor(request, "shutdownRequest", () -> shutdownRequest(request));
        LiveRequest row = live.row(request);
        if (row != null) {
            live.ended(row);
        }
    }

    final void acceptFailed(Throwable failure, int attempt) {
        if (failure instanceof ClosedChannelException && lifecycle.closing()) {
            return;
        }
        listeners.acceptFailed(this, failure, attempt);
        guarded("handleAcceptError", () -> handleAcceptError(failure, attempt));
    }

    final void acceptRecovered(int failures) {
        listeners.acceptRecovered(this, failures);
        log("accept")
                .log(
                        Level.INFO,
                        "{0}: takes requests again, after {1} failures",
                        address(),
                        failures);
    }

    final boolean stopping() {
        return lifecycle.stopRequested();
    }

    final boolean servesHere() {
        return lifecycle.servingHere();
    }

    final boolean isServingForeverHere() {
        return lifecycle.servingForeverHere();
    }

    final void servedHere() {
        lifecycle.continueOn(Thread.currentThread());
    }

    final @Nullable Thread servingThread() {
        return lifecycle.serving();
    }

    final ServerListeners listeners() {
        return listeners;
    }

    /// Forgets what is kept of a request beside the table; called when it has gone from that, or
    /// another process has it.
    void forget(Request request) {}

    private void gone(LiveRequest row) {
        forget(row.request());
        CloseReason reason = row.gone();
        admission.gone(row);
        if (row.isOpened()) {
            listeners.closed(row, reason);
        }
    }

    /// Turns a request away that was taken.
    final void refuse(R request, RefusalReason reason) {
        listeners.refused(this, request.client(), reason);
        String farewell = options.limits().farewell();
        if (farewell != null
                && request instanceof StreamRequest stream
                && reason.hasFarewell()
                && !waitsToSecure(request)) {
            // It is not among those that count any more.
            live.remove(request);
            farewells.tell(stream, farewell, () -> endRequest(request));
        } else {
            endRequest(request);
        }
    }

    /// {@return whether each live request holds a descriptor of this process}
    boolean holdsDescriptors() {
        return false;
    }

    final Admission admission() {
        return admission;
    }

    final LiveRequests live() {
        return live;
    }

    /// {@return the logger of messages about that, found when there is the first one: it takes
    /// longer than opening a socket}
    static System.Logger log(String about) {
        return LOGGERS.computeIfAbsent(about, name -> System.getLogger("socketserver." + name));
    }
}
