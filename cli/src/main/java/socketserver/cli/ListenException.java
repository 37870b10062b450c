package socketserver.cli;

import socketserver.posix.SystemCallException;

import java.net.SocketException;
import java.net.UnknownHostException;

/// An address that cannot be listened on; its message is the one line that the user reads.
final class ListenException extends Exception {
    private static final long serialVersionUID = 1;

    /// Makes the error for that address.
    ListenException(Endpoint endpoint, Throwable cause) {
        this(endpoint.text(), cause);
    }

    /// Makes the error for the address of that text.
    ListenException(String address, Throwable cause) {
        super("cannot listen on " + address + ": " + reason(cause), cause);
    }

    private static String reason(Throwable cause) {
        if (cause instanceof UnknownHostException) {
            return "unknown host " + cause.getMessage();
        }
        // The library names the address in its own way, too.
        Throwable original = cause;
        while (original.getCause() instanceof SocketException earlier) {
            original = earlier;
        }
        String message =
                original instanceof SystemCallException call
                        ? call.reason()
                        : original.getMessage();
        return message == null || message.isEmpty() ? cause.toString() : message;
    }
}
