package socketserver;

import org.jspecify.annotations.Nullable;

import java.io.Serializable;
import java.time.Duration;

/// How long a server waits, and for what. Null is for ever.
///
/// @param request how long [BaseServer#handleRequest()] waits for a request; zero is not at all;
///   Python's `timeout` of the server
/// @param read how long one read of a connection may wait for the client's next byte
/// @param write how long one write of a connection may wait until the client takes a byte
/// @param close how long [BaseServer#close()] waits for handlers before it ends their requests
public record Deadlines(
        @Nullable Duration request,
        @Nullable Duration read,
        @Nullable Duration write,
        @Nullable Duration close)
        implements Serializable {
    /// What holds unless a program says otherwise: closing waits 10 s, all else for ever, as in
    /// Python.
    public static final Deadlines DEFAULT = new Deadlines(null, null, null, Duration.ofSeconds(10));

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if request is negative or one of the others is not positive
    public Deadlines {
        if (request != null && request.isNegative()) {
            throw new IllegalArgumentException(
                    "request (%s) must not be negative".formatted(request));
        }
        Checks.positive("read", read);
        Checks.positive("write", write);
        Checks.positive("close", close);
    }

    /// {@return these deadlines with that wait of `handleRequest()`}
    public Deadlines withRequest(@Nullable Duration request) {
        return new Deadlines(request, read, write, close);
    }

    /// {@return these deadlines with that wait of a read}
    public Deadlines withRead(@Nullable Duration read) {
        return new Deadlines(request, read, write, close);
    }

    /// {@return these deadlines with that wait of a write}
    public Deadlines withWrite(@Nullable Duration write) {
        return new Deadlines(request, read, write, close);
    }

    /// {@return these deadlines with that wait of `close()`}
    public Deadlines withClose(@Nullable Duration close) {
        return new Deadlines(request, read, write, close);
    }
}
