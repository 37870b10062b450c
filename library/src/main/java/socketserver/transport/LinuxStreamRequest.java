package socketserver.transport;

import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.MSG_DONTWAIT;
import static socketserver.posix.Constants.MSG_NOSIGNAL;
import static socketserver.posix.Constants.SHUT_RD;
import static socketserver.posix.Constants.SHUT_WR;
import static socketserver.posix.Errno.EAGAIN;
import static socketserver.posix.Errno.EINTR;
import static socketserver.posix.Errno.EINVAL;
import static socketserver.posix.Errno.EIO;

import org.jspecify.annotations.Nullable;

import socketserver.posix.Libc;
import socketserver.posix.SystemCallException;
import socketserver.request.ClientDeadlines;
import socketserver.request.DeadlineKind;
import socketserver.request.DisconnectedException;
import socketserver.request.Server;
import socketserver.request.UnixCredentials;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/// An accepted TCP or Unix stream socket.
///
/// Bytes go straight between the socket and the caller's buffer. A read is made only if the socket
/// is not known to be empty: after one that has found less than fits, the thread of a TCP
/// connection waits first.
final class LinuxStreamRequest extends MultiplexedStream implements MovableRequest, PassingRequest {
    private final SocketDescriptor descriptor;
    private final int domain;
    // Where the calls put the error number: the reading and the writing thread's own, made at the
    // first call.
    private int @Nullable [] readErrno;
    private int @Nullable [] writeErrno;
    // Those of a Unix client whose socket is another process's alone. Set by whoever lets it go.
    private volatile @Nullable UnixCredentials lastCredentials;

    LinuxStreamRequest(
            Server server, SocketAddress client, SocketDescriptor descriptor, int domain) {
        super(server, client);
        this.descriptor = descriptor;
        this.domain = domain;
    }

    @Override
    public SocketAddress local() {
        if (!descriptor.enter()) {
            return server().address();
        }
        try {
            return LinuxSocket.address(descriptor.number());
        } catch (IOException gone) {
            return server().address();
        } finally {
            descriptor.leave();
        }
    }

    @Override
    int receiveWire(ByteBuffer into, long timeoutNanos) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        for (; ; ) {
            if (descriptor.takeReadable()) {
                int count = receiveSome(into);
                if (count != EAGAIN.result()) {
                    return count;
                }
            } else if (!descriptor.awaitReadable(timeoutNanos)) {
                throw new SocketTimeoutException();
            }
        }
    }

    @Override
    boolean isReadable() {
        return descriptor.isReadable();
    }

    @Override
    protected void awaitReceive(long timeoutNanos) throws IOException {
        requireDetached();
        if (!descriptor.awaitReadable(timeoutNanos)) {
            throw new SocketTimeoutException();
        }
    }

    @Override
    protected boolean givesWay() {
        return true;
    }

    /// {@return how many bytes were received, -1 at the end, or `EAGAIN`}
    private int receiveSome(ByteBuffer into) throws IOException {
        int[] errno = descriptor.errnoHere();
        if (errno == null) {
            errno = readErrno == null ? new int[1] : readErrno;
            readErrno = errno;
        }
        int count;
        descriptor.require();
        try {
            do {
                count =
                        Libc.recv(
                                descriptor.number(),
                                MemorySegment.ofBuffer(into),
                                MSG_DONTWAIT,
                                errno);
            } while (count == EINTR.result());
        } finally {
            descriptor.leave();
        }
        if (count > 0) {
            if (count == Math.min(into.remaining(), Libc.MAX_TRANSFER) || descriptor.isUrgent()) {
                descriptor.stillReadable();
            }
            into.position(into.position() + count);
            return count;
        }
        if (count == 0) {
            descriptor.stillReadable();
            // A stop of our own ends what is to be read, too.
            throwIfClosed();
            return -1;
        }
        if (count != EAGAIN.result()) {
            throw failure("recv", count);
        }
        descriptor.notEnded();
        return count;
    }

    @Override
    int sendWire(ByteBuffer from, long timeoutNanos) throws IOException {
        for (; ; ) {
            int count = sendWireNow(from);
            if (count > 0 || !from.hasRemaining()) {
                return count;
            }
            if (!descriptor.awaitWritable(timeoutNanos)) {
                close();
                throw new SocketTimeoutException();
            }
        }
    }

    @Override
    int sendWireNow(ByteBuffer from) throws IOException {
        int[] errno = descriptor.errnoHere();
        if (errno == null) {
            errno = writeErrno == null ? new int[1] : writeErrno;
            writeErrno = errno;
        }
        int count;
        descriptor.require();
        try {
            do {
                count =
                        Libc.send(
                                descriptor.number(),
                                MemorySegment.ofBuffer(from),
                                MSG_DONTWAIT | MSG_NOSIGNAL,
                                errno);
            } while (count == EINTR.result());
        } finally {
            descriptor.leave();
        }
        if (count >= 0) {
            from.position(from.position() + count);
            return count;
        }
        if (count != EAGAIN.result()) {
            throw failure("send", count);
        }
        return 0;
    }

    // Watched by a multiplexer

    @Override
    public Engine engine() {
        return LinuxEngine.instance();
    }

    @Override
    public byte[] attach(Multiplexer multiplexer, Attached attached) throws IOException {
        byte[] ahead = takeAhead();
        descriptor.attach(((LinuxMultiplexer) multiplexer).epoll(), attached);
        return ahead;
    }

    @Override
    public void detach(byte[] ahead) {
        readAhead(ahead);
        descriptor.detach();
    }

    @Override
    int receiveWireNow(ByteBuffer into) throws IOException {
        descriptor.takeReadable();
        int count = receiveSome(into);
        return count == EAGAIN.result() ? 0 : count;
    }

    @Override
    boolean wireMayHaveMore() {
        return descriptor.isReadable();
    }

    @Override
    @Nullable Attached attached() {
        return descriptor.attached();
    }

    @Override
    void endWire() throws IOException {
        shutdown(SHUT_WR);
    }

    @Override
    protected void endInput() throws IOException {
        shutdown(SHUT_RD);
    }

    @Override
    void tell(boolean reads, boolean writes) throws IOException {
        descriptor.interest(reads, writes);
    }

    @Override
    void copyFile(Path file, long from, long count, long timeoutNanos, LongConsumer sent)
            throws IOException {
        // The kernel would send its bytes as they are.
        boolean seen = tap() != null || isEncrypted();
        LinuxFile opened = !seen ? LinuxFile.of(file, from, count) : null;
        if (opened == null) {
            super.copyFile(file, from, count, timeoutNanos, sent);
            return;
        }
        try (opened) {
            while (!opened.isSent()) {
                long result = OnDisk.call(() -> sendNow(opened));
                if (result >= 0) {
                    sent.accept(result);
                } else if (result == EINVAL.result() && !opened.isBegun()) {
                    // Some file systems know no sendfile(2).
                    super.copyFile(file, from, count, timeoutNanos, sent);
                    return;
                } else if (result == EIO.result()) {
                    throw SystemCallException.of((int) result, "sendfile", file);
                } else if (result == EAGAIN.result()) {
                    if (!descriptor.awaitWritable(timeoutNanos)) {
                        close();
                        throw new SocketTimeoutException();
                    }
                } else if (result != EINTR.result()) {
                    throw failure("sendfile", (int) result);
                }
            }
        }
    }

    private long sendNow(LinuxFile file) throws IOException {
        descriptor.require();
        try {
            return file.send(descriptor.number());
        } finally {
            descriptor.leave();
        }
    }

    private void throwIfClosed() throws AsynchronousCloseException {
        if (!descriptor.isOpen()) {
            throw new AsynchronousCloseException();
        }
    }

    /// {@return that the client has gone, unless we have closed the connection: a connected socket
    /// has no other errors}
    private IOException failure(String call, int result) throws IOException {
        throwIfClosed();
        return new DisconnectedException(client(), SystemCallException.of(result, call, client()));
    }

    private void shutdown(int how) throws IOException {
        descriptor.require();
        try {
            int result = Libc.shutdown(descriptor.number(), how);
            if (result < 0) {
                throw failure("shutdown", result);
            }
        } finally {
            descriptor.leave();
        }
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        descriptor.require();
        try {
            LinuxOption.set(descriptor.number(), domain, option, value);
            if (option.name().equals("SO_LINGER")) {
                descriptor.lingers((Integer) value > 0);
            }
        } finally {
            descriptor.leave();
        }
    }

    @Override
    public <T> @Nullable T option(SocketOption<T> option) throws IOException {
        descriptor.require();
        try {
            return LinuxOption.get(descriptor.number(), domain, option);
        } finally {
            descriptor.leave();
        }
    }

    @Override
    public UnixCredentials credentials() throws IOException {
        if (domain != AF_UNIX) {
            return super.credentials();
        }
        UnixCredentials known = lastCredentials;
        if (known != null) {
            return known;
        }
        descriptor.require();
        try {
            return LinuxSocket.credentials(descriptor.number());
        } finally {
            descriptor.leave();
        }
    }

    @Override
    public <T> T useDescriptor(Use<T> use) throws IOException {
        requirePlain();
        descriptor.require();
        try {
            return use.with(descriptor.number());
        } finally {
            descriptor.leave();
        }
    }

    @Override
    public Moved moved() throws IOException {
        requirePlain();
        flush();
        ClientDeadlines times =
                bytesIn() == 0 ? deadlines() : deadlines().with(DeadlineKind.FIRST_BYTE, null);
        return new MovedStream(id(), since(), peer(), proxyHeader(), times, takeAhead());
    }

    void arrived(MovedStream moved) throws IOException {
        cameAs(moved.id(), moved.since());
        if (moved.header() != null) {
            announced(moved.header());
        }
        deadlines(moved.deadlines());
        readAhead(moved.ahead());
    }

    @Override
    public void letGo() {
        if (domain == AF_UNIX && isOpen()) {
            try {
                lastCredentials = credentials();
            } catch (IOException closed) {
                // Then nobody needs them.
            }
        }
        descriptor.letGo();
    }

    @Override
    public void pass(int number) throws IOException {
        new LinuxPassing(descriptor).send(number);
    }

    @Override
    public int receivePassed() throws IOException {
        return new LinuxPassing(descriptor).receive();
    }

    @Override
    public boolean isOpen() {
        return descriptor.isOpen();
    }

    @Override
    public void close() {
        // What another process goes on with was closed here before, and has not ended.
        boolean ends = descriptor.isOpen();
        descriptor.close();
        if (ends) {
            outputEnded();
        }
    }
}
