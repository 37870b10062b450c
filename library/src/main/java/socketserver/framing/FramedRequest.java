package socketserver.framing;

import socketserver.request.Request;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;

/// A request as a [FrameHandler] sees it.
///
/// @param <T> what a frame is
public interface FramedRequest<T> {
    /// {@return the connection or packet itself; its bytes are read by the framing alone}
    Request request();

    /// Sends a frame to the client; any thread may, also of another request.
    ///
    /// Under the selector model it does not wait: what the client does not take at once is kept, up
    /// to a bound. Under the other models it waits until the client has taken it.
    ///
    /// @throws IllegalArgumentException if there can be no such frame
    /// @throws socketserver.request.OutputOverflowException if the client has not taken what it was
    ///   sent, and no more is kept for it; its request is closed
    /// @throws IOException if it could not be sent
    void send(T frame) throws IOException;

    /// Sends frames that are made one after the other, when the client has taken those before: for
    /// answers that are too large to be made at once.
    ///
    /// Frames that are sent later go behind them. Under the selector model this returns at once,
    /// and the iterator is asked later, while nobody else asks it, by the loop.
    ///
    /// @throws IllegalArgumentException if there can be no such frame
    /// @throws IOException if they could not be sent
    void sendAll(Iterator<? extends T> frames) throws IOException;

    /// Sends all bytes of a file, as they are: whatever frames it has, it has in itself.
    ///
    /// Under the selector model it is read when the client has taken what was sent before.
    ///
    /// @throws UnsupportedOperationException if the request is a packet
    /// @throws java.nio.file.NoSuchFileException if there is no such file
    /// @throws java.nio.file.FileSystemException if it is not a regular file, or must not be read
    /// @throws IOException if it could not be sent
    default void sendFile(Path file) throws IOException {
        if (!(request() instanceof StreamRequest stream)) {
            throw new UnsupportedOperationException(
                    "a file cannot be sent as packets (%s)".formatted(request()));
        }
        stream.write(file);
    }

    /// Ends the request as soon as the handler has returned; what was sent before still goes to the
    /// client. Any thread may call it.
    void end();

    /// Something to do for a request.
    @FunctionalInterface
    interface Action {
        /// Does it.
        ///
        /// @throws Exception anything: the server reports it by its `handleError` and ends the
        ///   request
        void run() throws Exception;
    }

    /// What is to be done later.
    @FunctionalInterface
    interface Timer {
        /// Lets it not be done, unless it has begun.
        void cancel();
    }

    /// Does something soon, when the request's handler does nothing else: the way back from other
    /// threads. Any thread may call it.
    ///
    /// Under the selector model the loop does it. If the request ends before, it is not done.
    void execute(Action action);

    /// Does something after that time, when the request's handler does nothing else. Any thread may
    /// call it.
    ///
    /// Under the selector model the loop does it. If the request ends before, it is not done.
    ///
    /// @throws IllegalArgumentException if the time is negative
    Timer schedule(Duration delay, Action action);
}
