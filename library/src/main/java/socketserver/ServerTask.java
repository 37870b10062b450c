package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.concurrency.ChildProcess;
import socketserver.concurrency.Detached;
import socketserver.concurrency.LastingTask;
import socketserver.concurrency.MovableTask;
import socketserver.request.CloseReason;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.transport.MovableRequest;

/// A request that waits for the model to run it, here or in another process.
final class ServerTask<R extends Request> implements MovableTask, LastingTask {
    private final BaseServer<R> server;
    private final R request;
    // Set by begin(). The thread's alone that has called it.
    private @Nullable LiveRequest row;

    ServerTask(BaseServer<R> server, R request) {
        this.server = server;
        this.request = request;
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public void run() {
        LiveRequest row = server.live().row(request);
        if (row != null) {
            row.begin();
        }
        try {
            server.runRequest(request);
        } catch (Throwable thrown) {
            server.runFailed(request, thrown);
        }
    }

    @Override
    public Detached detached() {
        return new DetachedServer<>(server, server.handlerOf(request));
    }

    @Override
    public boolean isWanted() {
        return request.isOpen();
    }

    @Override
    public void moved(ChildProcess child, Runnable drain) {
        LiveRequest row = server.live().row(request);
        if (row != null) {
            row.moved(child, drain);
        }
        ((MovableRequest) request).letGo();
        server.closeMoved(request);
    }

    @Override
    public void ended(CloseReason reason, long bytesIn, long bytesOut) {
        LiveRequest row = server.live().row(request);
        if (row != null) {
            if (reason != CloseReason.HANDLED) {
                row.endsBy(reason);
            }
            row.addElsewhere(bytesIn, bytesOut);
            server.live().ended(row);
        }
    }

    @Override
    public void failed(Throwable reason) {
        server.reportError(request, reason);
        server.endRequest(request);
    }

    @Override
    public RequestHandler<?> handler() {
        return server.handlerOf(request);
    }

    @Override
    public boolean isPrepared() {
        return !server.waitsToSecure(request);
    }

    @Override
    public boolean prepare() {
        try {
            server.secure(request);
            return true;
        } catch (Throwable thrown) {
            report(thrown);
            server.endRequest(request);
            return false;
        }
    }

    @Override
    public boolean begin(Lasting handler) {
        LiveRequest live = server.live().row(request);
        if (live == null) {
            return false;
        }
        row = live;
        live.lasts(handler);
        run();
        return live.isLasting();
    }

    @Override
    public boolean goesOn() {
        LiveRequest live = row;
        return live != null && live.leaves();
    }

    @Override
    public void goOn() {
        server.goOn(request);
    }

    @Override
    public void report(Throwable failure) {
        if (failure instanceof Error && !server.isServingForeverHere()) {
            Thread self = Thread.currentThread();
            self.getUncaughtExceptionHandler().uncaughtException(self, failure);
        } else {
            server.reportError(request, failure);
        }
    }

    @Override
    public void end() {
        server.endRequest(request);
    }

    @Override
    public void runIn(Awaited turn) {
        LiveRequest live = server.live().row(request);
        if (live != null) {
            live.takesTurns(turn);
        }
        turn.run(this);
    }
}
