package socketserver.cli;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.concurrency.RequestLoop;
import socketserver.concurrency.RequestTask;
import socketserver.request.Request;

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
            model.run(new CountedTask(traffic, task));
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
                traffic.bytes.add(request().bytesIn() + request().bytesOut());
            }
        }
    }
}
