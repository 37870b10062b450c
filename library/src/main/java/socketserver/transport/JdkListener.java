package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.Request;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;

/// A listening channel and the selector that it is awaited with.
///
/// The channel is never blocking: a thread that is interrupted while it waits in a selector leaves
/// the channel open, and several servers may listen on one socket without getting stuck in
/// `accept`.
abstract class JdkListener<C extends SelectableChannel & NetworkChannel, R extends Request>
        implements Listener<R> {
    final C channel;
    final int interest;
    // Set once by bind(), before any other thread knows this listener.
    private @Nullable Selector selector;
    private @Nullable SocketAddress address;

    JdkListener(C channel, int interest) {
        this.channel = channel;
        this.interest = interest;
    }

    @Override
    public final <T> void option(SocketOption<T> option, T value) throws IOException {
        JdkEngine.set(channel, option, value);
    }

    @Override
    public final void bind(SocketAddress address, int backlog) throws IOException {
        bindChannel(JdkEngine.toJdk(address), backlog);
        this.address = JdkEngine.fromJdk(channel.getLocalAddress());
        channel.configureBlocking(false);
        Selector opened = Selector.open();
        selector = opened;
        channel.register(opened, interest);
    }

    abstract void bindChannel(SocketAddress address, int backlog) throws IOException;

    @Override
    public final SocketAddress address() {
        return bound(address);
    }

    @Override
    public final boolean await(long nanos) throws IOException {
        Selector waiter = bound(selector);
        waiter.selectedKeys().clear();
        if (nanos < 0) {
            return waiter.select() > 0;
        }
        // Rounded up, so that the time is over when this returns.
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos) + (nanos % 1_000_000 == 0 ? 0 : 1);
        return (millis == 0 ? waiter.selectNow() : waiter.select(millis)) > 0;
    }

    @Override
    public final void wakeUp() {
        bound(selector).wakeup();
    }

    @Override
    public void close() throws IOException {
        // The selector last: it gives the channel's descriptor free.
        try (Selector _ = selector) {
            channel.close();
        }
    }

    private static <T> T bound(@Nullable T set) {
        if (set == null) {
            throw new IllegalStateException("listener is not bound: call bind() first");
        }
        return set;
    }
}
