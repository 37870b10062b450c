package socketserver.concurrency;

import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.RequestTask;
import socketserver.request.StreamRequest;

import java.util.Optional;

/// A task whose request may last longer than a call of its handler.
///
/// Whoever lets it last calls [#begin(Lasting)], and if that says so [#report(Throwable)], perhaps,
/// and at last [#end()].
public interface LastingTask extends RequestTask {
    /// {@return what is to handle the request}
    RequestHandler<?> handler();

    /// {@return whether nothing is left that [#prepare()] would do}
    boolean isPrepared();

    /// Waits for what the handler needs before it begins: the handshake of the client. Called by a
    /// thread that may wait.
    ///
    /// @return whether the handler may begin: false if that has failed, and the request has ended
    boolean prepare();

    /// Runs the task with that handler in place of the one that it has.
    ///
    /// @return whether the request lasts: false if the handler or a hook has failed, and the
    ///   request has ended
    boolean begin(Lasting handler);

    /// {@return whether the handler has asked that the request goes on elsewhere}
    boolean goesOn();

    /// Lets the request go on where the handler has asked for.
    void goOn();

    /// Reports a failure to the server's `handleError`.
    void report(Throwable failure);

    /// Ends the request.
    void end();

    /// Runs the task in that turn, which is told to the server's table.
    void runIn(Awaited turn);

    /// A turn that threads wait for.
    interface Awaited {
        /// Does something when it is its turn.
        void run(Runnable action);

        /// {@return whether that thread waits for it}
        boolean isAwaitedBy(Thread thread);
    }

    /// A handler whose request lasts until it is ended.
    interface Lasting extends RequestHandler<StreamRequest> {
        /// {@return whether it was called, and not kept away from the request}
        boolean hasBegun();

        /// {@return what the request waits for}
        Request.Waiting waiting();

        /// {@return what has come of a frame that is not there as a whole}
        Optional<UnfinishedFrame> unfinished();
    }
}
