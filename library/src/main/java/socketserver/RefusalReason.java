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
    NOT_VERIFIED,
    /// As many connections of proxies waited as [ProxySettings#maxWaiting()] allows.
    PROXIES_FULL,
    /// Its proxy has not said in time for whom it connects: [ProxySettings#timeout()].
    PROXY_TIMEOUT,
    /// Its proxy has said something else than for whom it connects, or has gone before.
    BAD_PROXY_HEADER,
    /// As many clients were in the middle of their TLS handshakes as
    /// [socketserver.tls.TlsSettings#maxHandshakes()] allows.
    HANDSHAKES_FULL;

    /// {@return whether the client is told so: it is not its own fault}
    boolean hasFarewell() {
        return switch (this) {
            case FULL, CLIENT_FULL, TOO_MANY -> true;
            case DENIED,
                    NOT_VERIFIED,
                    PROXIES_FULL,
                    PROXY_TIMEOUT,
                    BAD_PROXY_HEADER,
                    HANDSHAKES_FULL ->
                    false;
        };
    }
}
