package socketserver.framing;

import socketserver.request.Request;

import java.io.IOException;

/// A request as a [FrameHandler] sees it.
///
/// @param <T> what a frame is
public interface FramedRequest<T> {
    /// {@return the connection or packet itself; its bytes are read by the framing alone}
    Request request();

    /// Sends a frame to the client; any thread may, also of another request.
    ///
    /// @throws IllegalArgumentException if there can be no such frame
    /// @throws IOException if it could not be sent
    void send(T frame) throws IOException;
}
