package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Finds frames, the messages of a protocol, in the bytes that a client has sent.
///
/// It keeps nothing from one call to the next, so that one decoder serves all connections, on any
/// thread. Those there are make it in `socketserver.framing`.
///
/// @param <T> what a frame is to a program
public interface FrameDecoder<T> {
    /// How many bytes a frame has at most unless a program says otherwise: 1 MiB.
    int DEFAULT_MAXIMUM = 1024 * 1024;

    /// Takes the next frame.
    ///
    /// If it is there as a whole, the buffer's position is left behind it. Otherwise the position
    /// stays, or is left behind bytes that belong to no frame, and what remains comes again with
    /// more bytes behind it. What is returned may be a slice of the buffer if that is what it is
    /// said to be: the bytes are then valid until more is read.
    ///
    /// @param bytes what has come and was not taken, from its position to its limit
    /// @param seen how many of these bytes were there in the call before, which has found no frame
    ///   in them: so they need not be searched again
    /// @return the frame, or null if there is none yet
    /// @throws InputTooLongException if it is longer than is allowed, as soon as that is known
    /// @throws IOException if the bytes are none of this protocol's
    @Nullable T decode(ByteBuffer bytes, int seen) throws IOException;

    /// {@return how many bytes a frame may have at most, with all that is around its content}
    ///
    /// Whoever reads frames gives up with an [InputTooLongException] where there are more and no
    /// frame.
    default int maximum() {
        return DEFAULT_MAXIMUM;
    }

    /// Takes what remains when the client sends no more.
    ///
    /// @param bytes at least one
    /// @return a frame, if this is one without its end, or null if it is to be ignored
    /// @throws EOFException if it is but a part of one
    default @Nullable T decodeLast(ByteBuffer bytes) throws IOException {
        throw new EOFException(
                "end of input after %d bytes of a frame".formatted(bytes.remaining()));
    }
}
