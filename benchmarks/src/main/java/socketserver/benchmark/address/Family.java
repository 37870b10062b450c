package socketserver.benchmark.address;

import java.util.Locale;

/// A kind of socket.
public enum Family {
    /// TCP over IPv4.
    TCP,
    /// TLS upon TCP over IPv4.
    TLS,
    /// Unix stream sockets.
    UNIX,
    /// UDP over IPv4.
    UDP,
    /// Unix datagram sockets.
    UNIXGRAM;

    /// {@return whether its addresses are paths}
    public boolean isUnix() {
        return this == UNIX || this == UNIXGRAM;
    }

    /// {@return whether it keeps packets apart}
    public boolean isDatagram() {
        return this == UDP || this == UNIXGRAM;
    }

    /// {@return the family of that name, as [#toString()] writes it}
    public static Family of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
