package socketserver;

import socketserver.concurrency.ChildProcess;
import socketserver.concurrency.Detached;
import socketserver.concurrency.MovableTask;
import socketserver.request.Request;
import socketserver.transport.MovableRequest;

/// A request that waits for the model to run it, here or in another process.
final class ServerTask<R extends Request> implements MovableTask {
    private final BaseServer<R> server;
    private final R request;

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
    public void moved(ChildProcess child) {
        LiveRequest row = server.live().row(request);
        if (row != null) {
            row.moved(child);
        }
        ((MovableRequest) request).letGo();
        server.closeMoved(request);
    }

    @Override
    public void ended(long bytesIn, long bytesOut) {
        LiveRequest row = server.live().row(request);
        if (row != null) {
            row.addElsewhere(bytesIn, bytesOut);
            server.live().ended(row);
        }
    }

    @Override
    public void failed(Throwable reason) {
        server.reportError(request, reason);
        server.endRequest(request);
    }
}
