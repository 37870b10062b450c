package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.DisconnectedException;
import socketserver.request.Server;
import socketserver.request.UnixAddress;
import socketserver.request.UnixCredentials;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// An accepted TCP or Unix stream channel.
///
/// It blocks in the channel until it is given a read timeout; from then on it waits for readiness,
/// because the JDK's Unix channels have no timed read, and that of TCP channels takes longer than
/// this. A write with a timeout is watched.
final class JdkStreamRequest extends MultiplexedStream {
    // After so many reads that found their bytes a moment later a virtual thread waits in earnest,
    // so that threads which are not in its carrier's own queue get their turn.
    private static final int MAX_YIELDS = 8;

    private final SocketChannel channel;
    // Null while the channel is blocking. Set once, under the lock of the channel.
    private volatile @Nullable Readiness readiness;
    // Since when a watched write waits, never 0 while one does. Written by the writing thread.
    private volatile long writingSince;
    // Made at the first write that has a timeout, by the writing thread.
    private volatile @Nullable Stall stall;
    // Set and cleared by the multiplexer's thread.
    private volatile @Nullable Attached attached;
    private @Nullable SelectionKey key;
    // The reading thread's alone.
    private int yields;

    JdkStreamRequest(Server server, SocketAddress client, SocketChannel channel) {
        super(server, client);
        this.channel = channel;
    }

    @Override
    public SocketAddress local() {
        try {
            return JdkEngine.fromJdk(channel.getLocalAddress());
        } catch (IOException closed) {
            return server().address();
        }
    }

    @Override
    int receiveWire(ByteBuffer into, long timeoutNanos) throws IOException {
        Readiness waiter = readiness;
        try {
            return waiter == null
                    ? channel.read(into)
                    : receiveWhenReady(waiter, into, timeoutNanos);
        } catch (SocketTimeoutException slow) {
            throw slow;
        } catch (IOException thrown) {
            throw explained(thrown);
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // the yield only saves time
    private int receiveWhenReady(Readiness waiter, ByteBuffer into, long timeoutNanos)
            throws IOException {
        int count = channel.read(into);
        if (count == 0 && yields < MAX_YIELDS && Thread.currentThread().isVirtual()) {
            // Under load the bytes are there after the others' turns, at a tenth of the cost of a
            // wait.
            yields++;
            Thread.yield();
            count = channel.read(into);
        }
        while (count == 0 && into.hasRemaining()) {
            yields = 0;
            if (!waiter.await(SelectionKey.OP_READ, timeoutNanos)) {
                throw new SocketTimeoutException();
            }
            count = channel.read(into);
        }
        return count;
    }

    @Override
    int sendWire(ByteBuffer from, long timeoutNanos) throws IOException {
        if (timeoutNanos > 0) {
            writeBegins(timeoutNanos);
        }
        int count;
        try {
            Readiness waiter = readiness;
            count = channel.write(from);
            while (count == 0 && from.hasRemaining() && waiter != null) {
                waiter.await(SelectionKey.OP_WRITE, 0);
                count = channel.write(from);
            }
        } catch (IOException thrown) {
            Stall watched = stall;
            if (watched != null && watched.stalled) {
                throw new SocketTimeoutException();
            }
            throw explained(thrown);
        } finally {
            if (timeoutNanos > 0) {
                writingSince = 0;
            }
        }
        return count;
    }

    private void writeBegins(long timeoutNanos) {
        long now = System.nanoTime() | 1;
        writingSince = now;
        Stall made = stall;
        if (made == null) {
            made = new Stall();
            stall = made;
        }
        made.watch(now + timeoutNanos);
        if (!isOpen()) {
            made.forget();
        }
    }

    /// Says of an error of the connection that the client has gone, unless we have closed it: a
    /// connected socket has no others.
    private IOException explained(IOException thrown) {
        if (thrown instanceof ClosedChannelException) {
            return thrown;
        }
        return channel.isOpen()
                ? new DisconnectedException(client(), thrown)
                : new AsynchronousCloseException();
    }

    @Override
    void timesChanged() throws IOException {
        if (readTimeout() != null || clock() != null) {
            blockNoMore();
        }
    }

    private void blockNoMore() throws IOException {
        synchronized (channel) {
            if (readiness == null) {
                // Before the channel stops blocking: another thread may be using it.
                readiness = new Readiness(channel);
                channel.configureBlocking(false);
            }
        }
    }

    // Watched by a multiplexer

    @Override
    public Engine engine() {
        return JdkEngine.INSTANCE;
    }

    @Override
    public byte[] attach(Multiplexer multiplexer, Attached attached) throws IOException {
        byte[] ahead = takeAhead();
        channel.configureBlocking(false);
        SelectionKey registered =
                ((JdkMultiplexer) multiplexer).registered(channel, SelectionKey.OP_READ);
        registered.attach(attached);
        key = registered;
        this.attached = attached;
        if (!isOpen()) {
            attached.closed();
        }
        return ahead;
    }

    @Override
    public void detach(byte[] ahead) throws IOException {
        readAhead(ahead);
        blockNoMore();
        SelectionKey registered = key;
        if (registered != null) {
            registered.cancel();
        }
        key = null;
        attached = null;
    }

    @Override
    int receiveWireNow(ByteBuffer into) throws IOException {
        try {
            return channel.read(into);
        } catch (IOException thrown) {
            throw explained(thrown);
        }
    }

    @Override
    boolean wireMayHaveMore() {
        // The selector says so again.
        return false;
    }

    @Override
    int sendWireNow(ByteBuffer from) throws IOException {
        try {
            return channel.write(from);
        } catch (IOException thrown) {
            throw explained(thrown);
        }
    }

    @Override
    void tell(boolean reads, boolean writes) throws IOException {
        SelectionKey registered = key;
        if (registered != null && registered.isValid()) {
            registered.interestOps(
                    (reads ? SelectionKey.OP_READ : 0) | (writes ? SelectionKey.OP_WRITE : 0));
            registered.selector().wakeup();
        }
    }

    @Override
    @Nullable Attached attached() {
        return attached;
    }

    @Override
    protected void endInput() throws IOException {
        channel.shutdownInput();
    }

    @Override
    void endWire() throws IOException {
        try {
            channel.shutdownOutput();
        } catch (IOException thrown) {
            throw explained(thrown);
        }
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        JdkEngine.set(channel, option, value);
    }

    @Override
    public <T> @Nullable T option(SocketOption<T> option) throws IOException {
        return JdkEngine.get(channel, option);
    }

    @Override
    public UnixCredentials credentials() throws IOException {
        if (client() instanceof UnixAddress) {
            throw JdkEngine.lacks("credentials of Unix clients");
        }
        return super.credentials();
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException unreported) {
            // close(2) gives the descriptor free whatever it returns
        }
        Stall watched = stall;
        if (watched != null) {
            watched.forget();
        }
        Readiness waiter = readiness;
        if (waiter != null) {
            waiter.closed();
        }
        Attached told = attached;
        if (told != null) {
            told.closed();
        }
        outputEnded();
    }

    /// Closes the connection when its client has taken no byte for longer than the write timeout.
    ///
    /// The JDK's channels have no timed write. A write that has timed out leaves a connection of no
    /// further use, so that closing it under the writer is as good.
    private final class Stall extends Timers.Timer {
        // Set by the alarm's thread.
        private volatile boolean stalled;

        void watch(long until) {
            Alarm.at(this, until);
        }

        void forget() {
            Alarm.remove(this);
        }

        @Override
        protected long expired(long now) {
            Duration timeout = writeTimeout();
            long since = writingSince;
            if (timeout == null || since == 0) {
                // The next write enters it again.
                return 0;
            }
            long until = Timers.later(since, timeout);
            if (until - now > 0) {
                return until;
            }
            stalled = true;
            close();
            return 0;
        }
    }
}
