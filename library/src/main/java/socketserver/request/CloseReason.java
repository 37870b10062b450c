package socketserver.request;

import java.io.EOFException;
import java.net.ProtocolException;
import java.nio.channels.ClosedChannelException;

import javax.net.ssl.SSLException;

/// Why a request has ended. The first reason counts: what it causes does not.
public enum CloseReason {
    /// Its handler has done its work.
    HANDLED,
    /// Its handler, or a hook, has failed.
    FAILED,
    /// The client has gone in the middle: [DisconnectedException].
    CLIENT_GONE,
    /// The client has broken the protocol: [ProtocolException], [EOFException] for one that ended
    /// too early, or [SSLException] for TLS.
    PROTOCOL_ERROR,
    /// The client has failed in the TLS handshake, or was refused after it: [HandshakeException].
    HANDSHAKE_FAILED,
    /// It has not finished the TLS handshake in time.
    HANDSHAKE_TIMEOUT,
    /// The client has sent more than the protocol allows: [InputTooLongException].
    INPUT_TOO_LONG,
    /// The client does not take what it is sent: [OutputOverflowException].
    OUTPUT_OVERFLOW,
    /// It has sent no first byte in time: [DeadlineKind#FIRST_BYTE].
    FIRST_BYTE_TIMEOUT,
    /// It has sent nothing for long: [DeadlineKind#IDLE].
    IDLE_TIMEOUT,
    /// A read has waited in vain: [DeadlineKind#READ].
    READ_TIMEOUT,
    /// A write has waited in vain: [DeadlineKind#WRITE].
    WRITE_TIMEOUT,
    /// It has not sent a whole message in time: [DeadlineKind#MESSAGE].
    MESSAGE_TIMEOUT,
    /// It has sent or taken less than the minimum rate: [DeadlineKind#RATE].
    TOO_SLOW,
    /// It has lasted as long as a connection may: [DeadlineKind#AGE].
    MAX_AGE,
    /// It was idle, or had come to an end of its messages, when its server was drained.
    DRAINED,
    /// It was still live when the time of a drain, or of `close()`, was over.
    CUT,
    /// The program has closed it.
    CLOSED,
    /// The child process that handled it has ended before.
    CHILD_LOST,
    /// The child process that handled it has taken longer than the model's `timeout`, and was
    /// killed.
    CHILD_TIMEOUT;

    /// {@return the reason if that is what a handler has failed by}
    public static CloseReason of(Throwable failure) {
        return switch (failure) {
            case DeadlineException late -> of(late.kind());
            case DisconnectedException _ -> CLIENT_GONE;
            case HandshakeException failed ->
                    failed.isTimeout() ? HANDSHAKE_TIMEOUT : HANDSHAKE_FAILED;
            case OutputOverflowException _ -> OUTPUT_OVERFLOW;
            case InputTooLongException _ -> INPUT_TOO_LONG;
            case ProtocolException _ -> PROTOCOL_ERROR;
            case EOFException _ -> PROTOCOL_ERROR;
            case SSLException _ -> PROTOCOL_ERROR;
            case ClosedChannelException _ -> CLOSED;
            default -> FAILED;
        };
    }

    private static CloseReason of(DeadlineKind kind) {
        return switch (kind) {
            case FIRST_BYTE -> FIRST_BYTE_TIMEOUT;
            case IDLE -> IDLE_TIMEOUT;
            case READ -> READ_TIMEOUT;
            case WRITE -> WRITE_TIMEOUT;
            case MESSAGE -> MESSAGE_TIMEOUT;
            case RATE -> TOO_SLOW;
            case AGE -> MAX_AGE;
        };
    }
}
