package socketserver;

import socketserver.request.UnixAddress;

import java.io.Serializable;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;

/// Whose connections begin with a header of the PROXY protocol
/// ([socketserver.request.ProxyHeader]), in which a proxy says for whom it connects.
///
/// A connection from one of them must have such a header, and whatever comes from others is read as
/// it is: a client that sends a header of its own is believed nothing.
///
/// @param from the addresses of the proxies; none unless a program says so
/// @param fromUnix whether all clients of a Unix stream server are proxies
/// @param timeout how long a proxy may take for its header
/// @param maxWaiting how many connections may wait for their headers, and then to be taken; more
///   are refused. They do not count among those that [Limits#maxConnections()] bounds
public record ProxySettings(List<Subnet> from, boolean fromUnix, Duration timeout, int maxWaiting)
        implements Serializable {
    /// What holds unless a program says otherwise: nobody is believed; who is has 5 s.
    public static final ProxySettings DEFAULT =
            new ProxySettings(List.of(), false, Duration.ofSeconds(5), 1024);

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if the timeout or the number is not positive
    public ProxySettings {
        from = List.copyOf(from);
        Checks.positive("timeout", timeout);
        Checks.positive("maxWaiting", maxWaiting);
    }

    /// {@return these settings with those proxies}
    public ProxySettings withFrom(List<Subnet> from) {
        return new ProxySettings(from, fromUnix, timeout, maxWaiting);
    }

    /// {@return these settings with that word on clients of Unix sockets}
    public ProxySettings withFromUnix(boolean fromUnix) {
        return new ProxySettings(from, fromUnix, timeout, maxWaiting);
    }

    /// {@return these settings with that time for a header}
    public ProxySettings withTimeout(Duration timeout) {
        return new ProxySettings(from, fromUnix, timeout, maxWaiting);
    }

    /// {@return these settings with that number of connections without a header}
    public ProxySettings withMaxWaiting(int maxWaiting) {
        return new ProxySettings(from, fromUnix, timeout, maxWaiting);
    }

    /// {@return whether a connection from there begins with a header}
    boolean has(SocketAddress peer) {
        return switch (peer) {
            case InetSocketAddress internet -> Subnet.contain(from, internet.getAddress());
            case UnixAddress _ -> fromUnix;
            default -> false;
        };
    }
}
