package socketserver.request;

import java.io.IOException;
import java.net.SocketAddress;

/// The client has gone: it has reset the connection or closed it while the server was writing
/// (`ECONNRESET`, `EPIPE` in `send(2)` and `recv(2)`).
///
/// No fault of the server's: the default `handleError` logs it at DEBUG, without a stack trace.
public final class DisconnectedException extends IOException {
    private static final long serialVersionUID = 1;

    /// Makes the error for that client, with the kernel's words as its cause.
    public DisconnectedException(SocketAddress client, IOException cause) {
        super("client " + client + " has gone: " + cause.getMessage(), cause);
    }
}
