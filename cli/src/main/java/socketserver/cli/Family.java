package socketserver.cli;

/// A family of sockets, as the scheme of an address names it.
enum Family {
    /// TCP connections.
    TCP("tcp"),
    /// UDP packets.
    UDP("udp"),
    /// Connections over a Unix socket.
    UNIX("unix"),
    /// Datagrams over a Unix socket.
    UNIXGRAM("unixgram");

    private final String scheme;

    Family(String scheme) {
        this.scheme = scheme;
    }

    String scheme() {
        return scheme;
    }

    /// {@return whether its addresses are a host and a port}
    boolean hasPort() {
        return this == TCP || this == UDP;
    }

    /// {@return whether its requests are connections}
    boolean isStream() {
        return this == TCP || this == UNIX;
    }
}
