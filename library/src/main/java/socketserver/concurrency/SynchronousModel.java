package socketserver.concurrency;

import socketserver.request.RequestTask;

/// Each request is finished on the serving thread before the next one is taken.
enum SynchronousModel implements ConcurrencyModel {
    INSTANCE;

    @Override
    public void run(RequestTask task) {
        task.run();
    }
}
