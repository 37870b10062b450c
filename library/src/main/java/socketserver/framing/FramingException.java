package socketserver.framing;

import java.net.ProtocolException;

/// The client has sent what can be no frame of the protocol.
public final class FramingException extends ProtocolException {
    private static final long serialVersionUID = 1;

    /// Makes the error; the message says what has come, and the rule.
    public FramingException(String message) {
        super(message);
    }

    /// {@return a byte as messages show it}
    static String show(byte found) {
        return found > ' ' && found < 127 ? "'" + (char) found + "'" : "0x%02x".formatted(found);
    }
}
