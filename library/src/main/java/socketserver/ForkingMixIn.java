package socketserver;

import socketserver.concurrency.ChildProcess;
import socketserver.concurrency.ForkingModel;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/// Handles each request of a server in another process: Python's `ForkingMixIn`.
///
/// {@snippet class="socketserver.SnippetsTest" region="forking"}
///
/// The server's own fields travel to the child with the handler, so they have to be serializable or
/// transient; the child's copy of the server has no socket. Where the linux engine is missing the
/// server does not serve and says so.
///
/// @see ForkingModel
public interface ForkingMixIn extends ConcurrencyMixIn, Serializable {
    /// {@return how many children there may be at a time: 40 unless overridden; Python's
    /// `max_children`}
    default int maxChildren() {
        return ForkingModel.DEFAULT_MAX_CHILDREN;
    }

    @Override
    default ForkingModel concurrencyModel() {
        return ForkingModel.standard().withMaxChildren(maxChildren());
    }

    /// {@return 5 minutes, as in Python}
    @Override
    default Duration defaultTimeout() {
        return Duration.ofMinutes(5);
    }

    /// {@return the live requests, as every server has them}
    List<LiveRequest> requests();

    /// Waits until all live requests have ended, or does nothing; Python's `collect_children`.
    ///
    /// There is nothing to collect: the status of each child that ends is taken at once, and that
    /// of no other process.
    ///
    /// @param blocking whether to wait
    default void collectChildren(boolean blocking) {
        if (blocking && this instanceof BaseServer<?> server) {
            server.awaitHandlers();
        }
    }

    /// {@return the children that handle a request at this moment; Python's `active_children`}
    default List<ChildProcess> activeChildren() {
        return requests().stream().flatMap(row -> row.child().stream()).toList();
    }
}
