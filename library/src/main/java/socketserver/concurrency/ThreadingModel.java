package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import socketserver.request.RequestTask;
import socketserver.transport.VirtualWaits;

import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
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

    /// Serves, on a virtual thread of its own where that can wait for requests without blocking its
    /// carrier: what takes a connection and what handles it need no switch between threads of the
    /// system then.
    ///
    /// An interrupt of the calling thread, which waits, is passed on to it.
    @Override
    public void serve(RequestLoop loop) {
        if (virtual && loop.waitsVirtually()) {
            var turning =
                    new FutureTask<@Nullable Void>(() -> ConcurrencyModel.super.serve(loop), null);
            Thread thread = Thread.ofVirtual().name("socketserver-loop").start(turning);
            join(thread, turning);
        } else {
            if (virtual) {
                VirtualWaits.prepare();
            }
            ConcurrencyModel.super.serve(loop);
        }
    }

    private static void join(Thread thread, Future<?> turning) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException stop) {
                interrupted = true;
                thread.interrupt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (turning.state() == Future.State.FAILED) {
            throw new IllegalStateException("serving failed", turning.exceptionNow());
        }
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
                threads.newThread(new KeptAlive(task)).start();
                started = true;
            } finally {
                if (!started) {
                    keepAlive.end();
                }
            }
        }
    }

    /// A task that the JVM lives for until it has ended. No lambda: each frame of a thread that
    /// waits costs memory.
    private final class KeptAlive implements Runnable {
        private final RequestTask task;

        KeptAlive(RequestTask task) {
            this.task = task;
        }

        @Override
        public void run() {
            try {
                task.run();
            } finally {
                keepAlive.end();
            }
        }
    }
}
