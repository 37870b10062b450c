package socketserver;

import socketserver.concurrency.ThreadingModel;

/// Gives each request of a server a thread of its own: Python's `ThreadingMixIn`.
///
/// {@snippet class="socketserver.SnippetsTest" region="mix-in"}
///
/// Unlike Python's it need not stand first.
public interface ThreadingMixIn extends ConcurrencyMixIn {
    /// {@return whether the handlers' threads are daemons: false unless overridden; Python's
    /// `daemon_threads`}
    ///
    /// @see ThreadingModel#withDaemonThreads(boolean)
    default boolean daemonThreads() {
        return false;
    }

    @Override
    default ThreadingModel concurrencyModel() {
        return ThreadingModel.virtual().withDaemonThreads(daemonThreads());
    }
}
