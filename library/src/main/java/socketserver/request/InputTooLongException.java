package socketserver.request;

import java.io.IOException;

/// The client has sent more bytes without a terminator than the limit allows.
///
/// The bytes are still unread after it: a handler may answer, but rarely has more to do than to end
/// the request.
public final class InputTooLongException extends IOException {
    private static final long serialVersionUID = 1;

    private final int limit;

    /// Makes the error for that limit, in bytes.
    public InputTooLongException(String what, int limit) {
        super("%s is longer than the limit of %d bytes".formatted(what, limit));
        this.limit = limit;
    }

    /// {@return the limit that was exceeded, in bytes}
    public int limit() {
        return limit;
    }
}
