package socketserver.request;

import java.net.ProtocolException;
import java.net.SocketAddress;

/// The client has not taken what it was sent, and no more is kept for it.
public final class OutputOverflowException extends ProtocolException {
    private static final long serialVersionUID = 1;

    /// Makes the exception.
    ///
    /// @param limit how many bytes are kept at most
    public OutputOverflowException(SocketAddress client, int limit) {
        super(
                "%s does not take what it is sent: more than the limit of %d bytes would wait"
                        .formatted(client, limit));
    }

    /// Makes the exception.
    ///
    /// @param message which client it is, and the limit
    public OutputOverflowException(String message) {
        super(message);
    }
}
