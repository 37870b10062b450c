package socketserver.transport;

/// What an open socket is, as the four families of servers tell them apart.
public enum SocketKind {
    /// A stream socket of IPv4 or IPv6.
    TCP,
    /// A datagram socket of IPv4 or IPv6.
    UDP,
    /// A stream socket of this machine.
    UNIX_STREAM,
    /// A datagram socket of this machine.
    UNIX_DATAGRAM
}
