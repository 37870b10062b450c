package socketserver;

import org.jspecify.annotations.Nullable;

import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/// How a server's socket is made. None of it can change once the socket is bound.
///
/// @param requestQueueSize how many connections may wait in the kernel to be accepted (`listen(2)`;
///   the kernel has a maximum of its own); Python's `request_queue_size`
/// @param reuseAddress whether a port may be bound whose old connections are not quite forgotten
///   yet (`SO_REUSEADDR`), or null for the usual: yes for TCP, no for UDP; Python's
///   `allow_reuse_address`
/// @param reusePort whether several sockets may be bound to one port (`SO_REUSEPORT`); not for Unix
///   sockets; Python's `allow_reuse_port`
/// @param addressFamily `INET` for IPv4 only, `INET6` for IPv6, or null for what the address is;
///   the wildcard address takes both then. Python's `address_family`
/// @param maxPacketSize how many bytes of a datagram are kept; Python's `max_packet_size`
/// @param noDelay whether small writes of a TCP connection are sent at once (`TCP_NODELAY`)
/// @param keepAlive whether the kernel probes idle TCP connections (`SO_KEEPALIVE`)
/// @param unixPermissions who may connect to a Unix socket's path, or null for what the process's
///   umask leaves
/// @param descriptor the number of an open socket to serve instead of making one, or null; see
///   [#withDescriptor(Integer)]
/// @param options the options that are set on the socket before it is bound
public record SocketSettings(
        int requestQueueSize,
        @Nullable Boolean reuseAddress,
        boolean reusePort,
        @Nullable StandardProtocolFamily addressFamily,
        int maxPacketSize,
        boolean noDelay,
        boolean keepAlive,
        @Nullable Set<PosixFilePermission> unixPermissions,
        @Nullable Integer descriptor,
        Map<SocketOption<?>, Object> options) {
    /// What holds unless a program says otherwise: a queue of 4,096 (Python had 5, since 3.15 as
    /// many as the kernel allows), packets of 8,192 bytes as in Python, `TCP_NODELAY`, no
    /// keep-alive.
    public static final SocketSettings DEFAULT =
            new SocketSettings(4096, null, false, null, 8192, true, false, null, null, Map.of());

    private static final int LONGEST_DATAGRAM = 65_535;

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if a size is out of range, the family is `UNIX`, or the
    ///   descriptor is negative
    public SocketSettings {
        Checks.positive("requestQueueSize", requestQueueSize);
        if (maxPacketSize < 1 || maxPacketSize > LONGEST_DATAGRAM) {
            throw new IllegalArgumentException(
                    "maxPacketSize (%d) must be from 1 to %d"
                            .formatted(maxPacketSize, LONGEST_DATAGRAM));
        }
        if (addressFamily == StandardProtocolFamily.UNIX) {
            throw new IllegalArgumentException(
                    "addressFamily (UNIX) must be INET or INET6: Unix sockets have servers of their"
                            + " own");
        }
        if (descriptor != null && descriptor < 0) {
            throw new IllegalArgumentException(
                    "descriptor (%d) must not be negative".formatted(descriptor));
        }
        unixPermissions = unixPermissions == null ? null : Set.copyOf(unixPermissions);
        options = Map.copyOf(options);
    }

    /// {@return these settings with that queue}
    public SocketSettings withRequestQueueSize(int requestQueueSize) {
        return with(draft -> draft.requestQueueSize = requestQueueSize);
    }

    /// {@return these settings with that word on `SO_REUSEADDR`}
    public SocketSettings withReuseAddress(@Nullable Boolean reuseAddress) {
        return with(draft -> draft.reuseAddress = reuseAddress);
    }

    /// {@return these settings with that word on `SO_REUSEPORT`}
    public SocketSettings withReusePort(boolean reusePort) {
        return with(draft -> draft.reusePort = reusePort);
    }

    /// {@return these settings with that family}
    public SocketSettings withAddressFamily(@Nullable StandardProtocolFamily addressFamily) {
        return with(draft -> draft.addressFamily = addressFamily);
    }

    /// {@return these settings with that length of a datagram, in bytes}
    public SocketSettings withMaxPacketSize(int maxPacketSize) {
        return with(draft -> draft.maxPacketSize = maxPacketSize);
    }

    /// {@return these settings with that word on `TCP_NODELAY`}
    public SocketSettings withNoDelay(boolean noDelay) {
        return with(draft -> draft.noDelay = noDelay);
    }

    /// {@return these settings with that word on `SO_KEEPALIVE`}
    public SocketSettings withKeepAlive(boolean keepAlive) {
        return with(draft -> draft.keepAlive = keepAlive);
    }

    /// {@return these settings with those permissions of a Unix socket's path}
    ///
    /// On the linux engine nobody else can connect at any time. The jdk engine sets them when the
    /// socket listens already: until then the process's umask decides.
    public SocketSettings withUnixPermissions(@Nullable Set<PosixFilePermission> unixPermissions) {
        return with(draft -> draft.unixPermissions = unixPermissions);
    }

    /// {@return these settings with an open socket to serve, by its number, or null to make one}
    ///
    /// That is how a server gets its socket from the service manager (socket activation: `systemd`
    /// passes sockets from number 3 on, `sd_listen_fds(3)`) or from another server that hands over.
    /// Python's `socket.socket(fileno=...)`. It takes the linux engine.
    ///
    /// The socket is of the server's kind and bound; if it is for streams it listens already, or is
    /// one connection that somebody else has accepted, as `inetd` does: that is the only request of
    /// the server then, and [BaseServer#handleRequest()] takes it. Such a socket is the server's
    /// from then on: made non-blocking and not for child processes, and closed with the server. Any
    /// other descriptor is left as it is, and binding the server throws a
    /// [java.net.SocketException] that says what it is. The server's address is the socket's, not
    /// the one that the constructor was given. The queue, `SO_REUSEADDR`, `SO_REUSEPORT` and the
    /// permissions are those of the socket; the path of a Unix socket is neither replaced nor
    /// removed, as it belongs to whoever has bound it.
    public SocketSettings withDescriptor(@Nullable Integer descriptor) {
        return with(draft -> draft.descriptor = descriptor);
    }

    /// {@return these settings with that option set on the socket before it is bound}
    ///
    /// @throws NullPointerException if the value is null
    public <T> SocketSettings withOption(SocketOption<T> option, T value) {
        Map<SocketOption<?>, Object> more = new HashMap<>(options);
        more.put(option, Objects.requireNonNull(value, option.name()));
        return with(draft -> draft.options = more);
    }

    private SocketSettings with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.settings();
    }

    /// Settings that can be changed: the one place where all of them are copied.
    private static final class Draft {
        private int requestQueueSize;
        private @Nullable Boolean reuseAddress;
        private boolean reusePort;
        private @Nullable StandardProtocolFamily addressFamily;
        private int maxPacketSize;
        private boolean noDelay;
        private boolean keepAlive;
        private @Nullable Set<PosixFilePermission> unixPermissions;
        private @Nullable Integer descriptor;
        private Map<SocketOption<?>, Object> options;

        Draft(SocketSettings from) {
            requestQueueSize = from.requestQueueSize;
            reuseAddress = from.reuseAddress;
            reusePort = from.reusePort;
            addressFamily = from.addressFamily;
            maxPacketSize = from.maxPacketSize;
            noDelay = from.noDelay;
            keepAlive = from.keepAlive;
            unixPermissions = from.unixPermissions;
            descriptor = from.descriptor;
            options = from.options;
        }

        SocketSettings settings() {
            return new SocketSettings(
                    requestQueueSize,
                    reuseAddress,
                    reusePort,
                    addressFamily,
                    maxPacketSize,
                    noDelay,
                    keepAlive,
                    unixPermissions,
                    descriptor,
                    options);
        }
    }
}
