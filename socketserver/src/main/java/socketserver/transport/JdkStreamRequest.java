package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.DisconnectedException;
import socketserver.request.Server;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// An accepted TCP or Unix stream channel.
///
/// It blocks in the channel until it is given a timeout. From then on it does not block but waits
/// for readiness, because the JDK's channels have no timed write, and those of Unix sockets no
/// timed read.
final class JdkStreamRequest extends StreamRequest {
    private final SocketChannel channel;
    // Null while the channel is blocking. Set once, under the lock of the channel.
    private volatile @Nullable Readiness readiness;

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
    protected int receive(ByteBuffer into, long timeoutNanos) throws IOException {
        try {
            int count = channel.read(into);
            while (count == 0 && into.hasRemaining()) {
                await(SelectionKey.OP_READ, timeoutNanos, "read");
                count = channel.read(into);
            }
            return count;
        } catch (IOException thrown) {
            throw explained(thrown);
        }
    }

    @Override
    protected int send(ByteBuffer from, long timeoutNanos) throws IOException {
        try {
            int count = channel.write(from);
            while (count == 0 && from.hasRemaining()) {
                await(SelectionKey.OP_WRITE, timeoutNanos, "write");
                count = channel.write(from);
            }
            return count;
        } catch (IOException thrown) {
            throw explained(thrown);
        }
    }

    private void await(int operation, long timeoutNanos, String what) throws IOException {
        Readiness waiter = readiness;
        if (waiter == null) {
            throw new IllegalStateException("a blocking channel has returned without a byte");
        }
        if (!waiter.await(operation, timeoutNanos)) {
            throw new SocketTimeoutException(
                    "%s from %s: nothing within the timeout of %s"
                            .formatted(what, client(), Duration.ofNanos(timeoutNanos)));
        }
    }

    /// Says of an error of the connection that the client has gone: a connected socket has no
    /// others.
    private IOException explained(IOException thrown) {
        return thrown instanceof ClosedChannelException || thrown instanceof SocketTimeoutException
                ? thrown
                : new DisconnectedException(client(), thrown);
    }

    @Override
    protected void timeoutsChanged() throws IOException {
        if (readTimeout() == null && writeTimeout() == null) {
            return;
        }
        synchronized (channel) {
            if (readiness == null) {
                // Before the channel stops blocking: another thread may be using it.
                readiness = new Readiness(channel);
                channel.configureBlocking(false);
            }
        }
    }

    @Override
    protected void endOutput() throws IOException {
        try {
            channel.shutdownOutput();
        } catch (IOException thrown) {
            throw explained(thrown);
        }
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        channel.setOption(option, value);
    }

    @Override
    public <T> @Nullable T option(SocketOption<T> option) throws IOException {
        return channel.getOption(option);
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
        Readiness waiter = readiness;
        if (waiter != null) {
            waiter.closed();
        }
    }
}
