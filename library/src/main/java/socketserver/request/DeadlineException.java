package socketserver.request;

import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;

/// The client has not done in time what it was given a time for.
///
/// After [DeadlineKind#READ] and [DeadlineKind#IDLE] the connection can be read further, and the
/// time begins anew. After [DeadlineKind#FIRST_BYTE], [DeadlineKind#MESSAGE] and
/// [DeadlineKind#RATE] it can only be written to: to say so. After [DeadlineKind#WRITE] and
/// [DeadlineKind#AGE] it is of no further use.
public final class DeadlineException extends SocketTimeoutException {
    private static final long serialVersionUID = 1;

    private final DeadlineKind kind;

    /// Makes the error for that client.
    ///
    /// @param what what it has not done
    public DeadlineException(DeadlineKind kind, SocketAddress client, String what) {
        super("%s %s".formatted(client, what));
        this.kind = kind;
    }

    /// {@return the error of a client for which the time is over}
    public static DeadlineException of(DeadlineKind kind, SocketAddress client, Duration time) {
        String what =
                switch (kind) {
                    case FIRST_BYTE -> "has sent nothing within %s";
                    case IDLE -> "has been idle for %s";
                    case READ -> "has sent nothing within the read timeout of %s";
                    case WRITE -> "has taken nothing within the write timeout of %s";
                    case MESSAGE -> "has not sent a whole message within %s";
                    case RATE -> "has sent less than the minimum rate for %s";
                    case AGE -> "was connected for %s";
                };
        return new DeadlineException(kind, client, what.formatted(time));
    }

    /// {@return which time is over}
    public DeadlineKind kind() {
        return kind;
    }
}
