package socketserver;

import socketserver.request.CloseReason;

import java.net.SocketAddress;

/// Is told of what happens to a server: for logs, metrics and alarms.
///
/// {@snippet class="socketserver.SnippetsTest" region="listener"}
///
/// It is told in the thread in which it happens, the serving one, a selector's loop or a handler's,
/// before anything else goes on there: its methods must not wait, and several threads may call them
/// at once. What they throw is logged, and has no other effect. The same events are written to the
/// Flight Recorder, if one is running.
public interface ServerListener {
    /// A server has begun to serve until it is stopped.
    default void started(BaseServer<?> server) {}

    /// A server has stopped serving; its socket may still be open.
    default void stopped(BaseServer<?> server) {}

    /// A server was closed, and so was its socket.
    default void closed(BaseServer<?> server) {}

    /// A server takes no more requests until it is resumed.
    default void suspended(BaseServer<?> server) {}

    /// A server takes requests again after a suspension.
    default void resumed(BaseServer<?> server) {}

    /// A server has begun to drain.
    default void draining(BaseServer<?> server, Drain drain) {}

    /// A server has drained.
    default void drained(BaseServer<?> server, ShutdownReport report) {}

    /// A server could not take a request.
    ///
    /// @param attempt how many attempts have failed in this episode, 1 for the first
    default void acceptFailed(BaseServer<?> server, Throwable failure, int attempt) {}

    /// A server takes requests again: the end of an episode.
    ///
    /// @param failures how many attempts had failed
    default void acceptRecovered(BaseServer<?> server, int failures) {}

    /// A request was taken and admitted; its handler will be run. Told once for each, and before
    /// anything else is told of it.
    default void opened(LiveRequest request) {}

    /// A client was turned away.
    default void refused(BaseServer<?> server, SocketAddress client, RefusalReason reason) {}

    /// A handler, or a hook, has failed: what `handleError` is called for.
    default void failed(LiveRequest request, Throwable failure) {}

    /// A request has ended: its handler, and the connection. Told once for each, and nothing more
    /// is told of it; its [bytes][LiveRequest#bytesIn()] and its [duration][LiveRequest#duration()]
    /// stay as they are.
    default void closed(LiveRequest request, CloseReason reason) {}
}
