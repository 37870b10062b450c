package socketserver.concurrency;

import socketserver.request.RequestRunner;
import socketserver.request.RequestTask;

import java.io.IOException;
import java.util.concurrent.Executor;

/// Who runs the handlers of a server. It knows nothing of the server's family.
///
/// One of one's own is usually a lambda:
///
/// {@snippet class="socketserver.SnippetsTest" region="own-model"}
///
/// If [#run(RequestTask)] throws, a `RejectedExecutionException` for instance, the server reports
/// that to its `handleError` and ends the request. A model that drops a task silently leaves its
/// request open until the server closes.
@FunctionalInterface
public interface ConcurrencyModel extends RequestRunner {
    /// Runs the task, now or soon, here or elsewhere.
    ///
    /// The serving thread calls it, and takes no further request before it returns.
    ///
    /// @throws Exception if the task cannot be run
    @Override
    void run(RequestTask task) throws Exception;

    /// Serves until the stop is requested; called on the serving thread, for each serving.
    ///
    /// @param loop what to drive
    default void serve(RequestLoop loop) {
        boolean more;
        do {
            more = loop.turn();
        } while (more);
    }

    /// {@return how many requests it runs at most at the same time; more wait, where they come
    /// from, until one has ended}
    default int capacity() {
        return Integer.MAX_VALUE;
    }

    /// Called once for each server, before its first request.
    ///
    /// @param server as it would travel to another process
    /// @throws IOException if the model cannot run this server's requests
    default void prepare(Detached server) throws IOException {}

    /// {@return whether closing the server leaves the handlers alone that still run}
    default boolean daemonThreads() {
        return false;
    }

    /// {@return the model of a server without a mix-in: one request after the other, on the serving
    /// thread}
    static ConcurrencyModel synchronous() {
        return SynchronousModel.INSTANCE;
    }

    /// {@return the model of the threading servers: a virtual thread for each request}
    static ThreadingModel threading() {
        return ThreadingModel.virtual();
    }

    /// {@return the model of the forking servers: another process for each request}
    static ForkingModel forking() {
        return ForkingModel.standard();
    }

    /// {@return the model of the selector servers: one loop for all requests}
    static SelectorModel selector() {
        return SelectorModel.standard();
    }

    /// {@return a model that lets an executor run the handlers, a pool for instance}
    ///
    /// The executor stays the program's: nobody else shuts it down.
    static ConcurrencyModel on(Executor executor) {
        return executor::execute;
    }
}
