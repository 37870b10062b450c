package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

/// A client and the server have not come to terms on TLS: the client speaks something else, or a
/// version that is too old, shows no certificate that is trusted, has gone, or is too slow.
///
/// The connection is of no further use.
public final class HandshakeException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean timeout;

    private HandshakeException(String message, @Nullable Throwable cause, boolean timeout) {
        super(message, cause);
        this.timeout = timeout;
    }

    /// {@return the error of a handshake that has failed by that}
    public static HandshakeException failed(SocketAddress client, IOException cause) {
        return new HandshakeException(
                "the TLS handshake of %s has failed: %s".formatted(client, cause.getMessage()),
                cause,
                false);
    }

    /// {@return the error of a client that was not done in time}
    public static HandshakeException late(SocketAddress client, Duration time) {
        return new HandshakeException(
                "%s has not finished its TLS handshake within %s".formatted(client, time),
                null,
                true);
    }

    /// {@return the error of a client whose certificate was looked at and refused}
    public static HandshakeException refused(SocketAddress client, @Nullable String name) {
        return new HandshakeException(
                "verifyPeer has refused %s, whose certificate names %s".formatted(client, name),
                null,
                false);
    }

    /// {@return whether it was the time that was over}
    public boolean isTimeout() {
        return timeout;
    }
}
