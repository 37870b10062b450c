package socketserver.transport;

import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.MSG_DONTWAIT;
import static socketserver.posix.Constants.SOCK_CLOEXEC;
import static socketserver.posix.Constants.SOCK_NONBLOCK;
import static socketserver.posix.Constants.SOCK_STREAM;
import static socketserver.posix.SystemCallException.check;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import socketserver.posix.Libc;
import socketserver.posix.Scratch;
import socketserver.posix.SystemCallException;

import java.lang.foreign.MemorySegment;

/// Two connected sockets: ours, and the number of the peer's.
record Pair(SocketDescriptor ours, int peer) implements AutoCloseable {
    static Pair open() throws SystemCallException {
        return open(false);
    }

    /// Opens two; reads of ours may end early or not.
    static Pair open(boolean readsEndEarly) throws SystemCallException {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment numbers = scratch.memory();
            int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
            check(Libc.socketpair(AF_UNIX, type, numbers), "socketpair", null);
            return new Pair(
                    SocketDescriptor.ofConnection(numbers.get(JAVA_INT, 0), readsEndEarly),
                    numbers.get(JAVA_INT, 4));
        }
    }

    /// Reads what there is, as a handler does.
    ///
    /// @return how many bytes, or the negative error number
    static int read(int descriptor) {
        byte[] bytes = new byte[64 * 1024];
        return Libc.recv(descriptor, MemorySegment.ofArray(bytes), MSG_DONTWAIT, new int[1]);
    }

    /// Writes bytes, if there is room.
    ///
    /// @return how many, or the negative error number
    static int write(int descriptor, int count) {
        byte[] bytes = new byte[count];
        return Libc.send(descriptor, MemorySegment.ofArray(bytes), MSG_DONTWAIT, new int[1]);
    }

    /// Takes it that our end has nothing to read, as a read that finds nothing does.
    Pair drained() {
        ours.takeReadable();
        return this;
    }

    @Override
    public void close() {
        ours.close();
        Libc.close(peer);
    }
}
