package socketserver.framing;

import socketserver.request.Request;

import java.io.Serializable;

/// Handles the frames of a connection, or packets, one after the other.
///
/// It is given to a server by [Framing#streams(FrameHandler)] or [Framing#packets(FrameHandler)],
/// and runs under every model. Of one connection, one frame at a time is handled; one handler
/// serves all connections, several at the same time if the model does. What it has to remember of
/// one it attaches to [FramedRequest#request()].
///
/// {@snippet class="socketserver.SnippetsTest" region="frame-handler"}
///
/// {@snippet class="socketserver.SnippetsTest" region="framing"}
///
/// @param <T> what a frame is
@FunctionalInterface
public interface FrameHandler<T> extends Serializable {
    /// Handles a frame.
    ///
    /// @throws Exception anything: the server reports it by its `handleError` and ends the request
    void handle(T frame, FramedRequest<T> request) throws Exception;

    /// Called before the first frame.
    ///
    /// @throws Exception anything, as of [#handle(Object, FramedRequest)]
    default void opened(FramedRequest<T> request) throws Exception {}

    /// Called before the last call if the request comes to an end because its server drains, or
    /// because it has lasted long ([Request#draining()]), between two frames: to say goodbye.
    ///
    /// @throws Exception anything, as of [#handle(Object, FramedRequest)]
    default void draining(FramedRequest<T> request) throws Exception {}

    /// Called when there will be no more frames, whoever has ended the request, and also after an
    /// error; what is sent now may be lost.
    ///
    /// @throws Exception anything, as of [#handle(Object, FramedRequest)]
    default void closed(FramedRequest<T> request) throws Exception {}
}
