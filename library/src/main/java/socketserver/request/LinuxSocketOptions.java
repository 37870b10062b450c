package socketserver.request;

import java.net.SocketOption;

/// Options of sockets that the JDK has no constants for, on the linux engine alone.
///
/// They are used as those of [java.net.StandardSocketOptions] and `jdk.net.ExtendedSocketOptions`
/// are, which the linux engine knows too: with [StreamRequest#option(SocketOption, Object)], and
/// for a server's own socket with the settings of its options. The jdk engine refuses them with an
/// [UnsupportedOperationException].
public final class LinuxSocketOptions {
    /// Whether a server on an IPv6 address takes IPv6 clients only (`ipv6(7)`, RFC 3493, 5.3), so
    /// that the same port stays free for a server of IPv4; false unless it is set. Python's
    /// `socket.IPV6_V6ONLY`.
    ///
    /// It is set before the socket is bound: the kernel refuses it afterwards.
    public static final SocketOption<Boolean> IPV6_V6ONLY =
            new Option<>("IPV6_V6ONLY", Boolean.class);

    /// For how many milliseconds bytes that were sent may stay unacknowledged, or untaken because
    /// the client's window is shut, before the kernel breaks the connection (`tcp(7)`, RFC 5482); 0
    /// is the system's default. Python's `socket.TCP_USER_TIMEOUT`.
    ///
    /// It also bounds the probes of `SO_KEEPALIVE`, and so how long a client that vanished is
    /// thought to be there. Set on a server's socket it holds for all its connections. The kernel
    /// refuses negative values with a [java.net.SocketException].
    public static final SocketOption<Integer> TCP_USER_TIMEOUT =
            new Option<>("TCP_USER_TIMEOUT", Integer.class);

    private LinuxSocketOptions() {}

    private record Option<T>(String name, Class<T> type) implements SocketOption<T> {
        @Override
        public String toString() {
            return name;
        }
    }
}
