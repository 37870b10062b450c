package socketserver.transport;

import static socketserver.posix.Errno.EAGAIN;
import static socketserver.posix.Errno.EINTR;

import socketserver.posix.Messages;
import socketserver.posix.SystemCallException;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.function.IntUnaryOperator;

/// The passing of open files over a Unix stream connection.
final class LinuxPassing {
    private final SocketDescriptor connection;

    LinuxPassing(SocketDescriptor connection) {
        this.connection = connection;
    }

    /// Sends an open file with one byte.
    void send(int descriptor) throws IOException {
        Messages message = new Messages(1, 1);
        message.put(0, ByteBuffer.allocate(1), 0);
        message.putDescriptor(0, descriptor);
        int sent;
        while ((sent = once(number -> message.send(number, 0, 1))) <= 0) {
            if (sent == EAGAIN.result()) {
                waited(connection.awaitWritable(0));
            } else {
                throw SystemCallException.of(sent, "sendmmsg", connection);
            }
        }
    }

    /// Receives an open file with one byte.
    int receive() throws IOException {
        Messages message = new Messages(1, 1);
        for (; ; ) {
            if (!connection.takeReadable()) {
                waited(connection.awaitReadable(0));
                continue;
            }
            int received = once(number -> message.receive(number, 1, true));
            if (received > 0) {
                connection.stillReadable();
                return descriptorOf(message);
            }
            if (received != EAGAIN.result()) {
                throw SystemCallException.of(received, "recvmmsg", connection);
            }
            connection.notEnded();
        }
    }

    private static int descriptorOf(Messages message) throws IOException {
        if (message.packet(0).length == 0) {
            throw new EOFException("the other side has ended");
        }
        int descriptor = message.descriptor(0);
        if (descriptor < 0) {
            throw new ProtocolException("an open file was to come, and did not");
        }
        return descriptor;
    }

    private static void waited(boolean ready) throws InterruptedIOException {
        if (!ready) {
            throw new InterruptedIOException("interrupted while passing an open file");
        }
    }

    private int once(IntUnaryOperator call) throws IOException {
        int result;
        connection.require();
        try {
            do {
                result = call.applyAsInt(connection.number());
            } while (result == EINTR.result());
        } finally {
            connection.leave();
        }
        return result;
    }
}
