package socketserver.cli;

import socketserver.concurrency.ChildProcess;
import socketserver.concurrency.ConcurrencyModel;
import socketserver.concurrency.Detached;
import socketserver.concurrency.MovableTask;
import socketserver.concurrency.RequestLoop;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.RequestTask;
import socketserver.request.Server;

import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;

/// Counts of the requests that a model has run, and of their bytes.
final class Traffic {
    private final LongAdder taken = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    /// {@return how many requests were taken}
    long taken() {
        return taken.sum();
    }

    /// {@return how many bytes the requests that have ended have received and sent}
    long endedBytes() {
        return bytes.sum();
    }

    /// {@return the model, with its requests counted here}
    ConcurrencyModel counting(ConcurrencyModel model) {
        return new Counting(this, model);
    }

    private record Counting(Traffic traffic, ConcurrencyModel model) implements ConcurrencyModel {
        @Override
        public void run(RequestTask task) throws Exception {
            traffic.taken.increment();
            model.run(
                    task instanceof MovableTask movable
                            ? new CountedMovableTask(traffic, movable)
                            : new CountedTask(traffic, task));
        }

        @Override
        public int capacity() {
            return model.capacity();
        }

        @Override
        public void check(RequestHandler<?> handler) {
            model.check(handler);
        }

        @Override
        public void prepare(Detached server) throws IOException {
            model.prepare(server);
        }

        @Override
        public void serverClosed(Server server) {
            model.serverClosed(server);
        }

        @Override
        public void serve(RequestLoop loop) {
            model.serve(loop);
        }

        @Override
        public boolean daemonThreads() {
            return model.daemonThreads();
        }
    }

    private void ended(Request request, long elsewhere) {
        bytes.add(request.bytesIn() + request.bytesOut() + elsewhere);
    }

    private record CountedMovableTask(Traffic traffic, MovableTask task) implements MovableTask {
        @Override
        public Request request() {
            return task.request();
        }

        @Override
        public void run() {
            new CountedTask(traffic, task).run();
        }

        @Override
        public Detached detached() {
            return task.detached();
        }

        @Override
        public boolean isWanted() {
            return task.isWanted();
        }

        @Override
        public void moved(ChildProcess child) {
            task.moved(child);
        }

        @Override
        public void ended(long bytesIn, long bytesOut) {
            task.ended(bytesIn, bytesOut);
            traffic.ended(request(), bytesIn + bytesOut);
        }

        @Override
        public void failed(Throwable reason) {
            task.failed(reason);
            traffic.ended(request(), 0);
        }
    }

    private record CountedTask(Traffic traffic, RequestTask task) implements RequestTask {
        @Override
        public Request request() {
            return task.request();
        }

        @Override
        public void run() {
            try {
                task.run();
            } finally {
                traffic.ended(request(), 0);
            }
        }
    }
}
