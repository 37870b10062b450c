package socketserver.concurrency;

import socketserver.transport.VirtualWaits;

import java.util.concurrent.ThreadFactory;

/// A thread for each request: what Python's `ThreadingMixIn` does.
///
/// The threads are virtual unless [#platform()] says otherwise, so that ten thousand of them that
/// wait for their clients cost little. How many there are is bounded by the server's
/// `maxConnections`.
///
/// Handlers run truly in parallel, also where Python's would take turns: what they share needs a
/// lock.
public final class ThreadingModel implements ConcurrencyModel {
    private final ThreadFactory threads;
    private final boolean virtual;
    private final boolean daemon;
    private final KeepAlive keepAlive = new KeepAlive();

    private ThreadingModel(boolean virtual, boolean daemon) {
        this.virtual = virtual;
        this.daemon = daemon;
        threads =
                virtual
                        ? Thread.ofVirtual().factory()
                        : Thread.ofPlatform().daemon(daemon).name("request-", 1).factory();
    }

    /// {@return a virtual thread for each request}
    public static ThreadingModel virtual() {
        return new ThreadingModel(true, false);
    }

    /// {@return a platform thread for each request: for handlers that call native code which
    /// blocks}
    public static ThreadingModel platform() {
        return new ThreadingModel(false, false);
    }

    /// {@return the same with that word on whether its threads are daemons; Python's
    /// `daemon_threads`}
    ///
    /// With daemon threads the JVM may end in the middle of a handler, and closing the server
    /// neither waits for handlers nor ends their requests. Without, as at first, the JVM lives as
    /// long as there are such requests, unless `System.exit` is called: that waits for nobody.
    public ThreadingModel withDaemonThreads(boolean daemonThreads) {
        return new ThreadingModel(virtual, daemonThreads);
    }

    @Override
    public boolean daemonThreads() {
        return daemon;
    }

    @Override
    public void serve(RequestLoop loop) {
        if (virtual) {
            VirtualWaits.prepare();
        }
        ConcurrencyModel.super.serve(loop);
    }

    @Override
    public void run(RequestTask task) {
        if (daemon || !virtual) {
            threads.newThread(task).start();
        } else {
            // Virtual threads are always daemons: something else must keep the JVM alive.
            keepAlive.begin();
            boolean started = false;
            try {
                threads.newThread(() -> runKeepingAlive(task)).start();
                started = true;
            } finally {
                if (!started) {
                    keepAlive.end();
                }
            }
        }
    }

    private void runKeepingAlive(RequestTask task) {
        try {
            task.run();
        } finally {
            keepAlive.end();
        }
    }
}
