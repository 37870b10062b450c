package socketserver;

/// Why a server has turned a client away, whose request then never was live.
public enum RefusalReason {
    /// As many requests were live as [Limits#maxConnections()] allows.
    FULL,
    /// As many of its client's were as [Limits#maxPerClient()] allows.
    CLIENT_FULL,
    /// More came in a second than [Limits#acceptRate()] allows.
    TOO_MANY,
    /// [Limits#deny()] has it, or [Limits#allow()] has it not.
    DENIED,
    /// [BaseServer#verifyRequest] has said no, or has thrown.
    NOT_VERIFIED;

    /// {@return whether the client is told so: it is not its own fault}
    boolean hasFarewell() {
        return switch (this) {
            case FULL, CLIENT_FULL, TOO_MANY -> true;
            case DENIED, NOT_VERIFIED -> false;
        };
    }
}
