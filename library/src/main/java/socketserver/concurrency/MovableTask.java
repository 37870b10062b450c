package socketserver.concurrency;

import socketserver.request.CloseReason;
import socketserver.request.RequestTask;

/// A task that can be done in another process.
///
/// Whoever moves it calls either what it has as any task, or [#moved] and then [#ended], or
/// [#failed(Throwable)].
public interface MovableTask extends RequestTask {
    /// {@return what does the task there}
    Detached detached();

    /// {@return whether the task is still to be done: false if the request was closed meanwhile}
    boolean isWanted();

    /// Says that the request goes on in that process, which has it now: this process's copy is
    /// closed.
    ///
    /// @param drain tells the process that the request is to come to an end; it does not wait
    void moved(ChildProcess child, Runnable drain);

    /// Says that the request has ended in the other process, in whatever way.
    ///
    /// @param reason why
    /// @param bytesIn how many bytes came from the client there, as far as is known
    /// @param bytesOut how many went to the client there
    void ended(CloseReason reason, long bytesIn, long bytesOut);

    /// Reports to the server's `handleError` that nobody could do the task, and ends the request.
    void failed(Throwable reason);
}
