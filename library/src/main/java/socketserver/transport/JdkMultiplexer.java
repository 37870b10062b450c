package socketserver.transport;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Waits in a [Selector].
final class JdkMultiplexer implements Multiplexer {
    private final Selector selector = Selector.open();
    // What the last wait has found.
    private final List<SelectionKey> found = new ArrayList<>();
    private final Consumer<SelectionKey> find = found::add;

    JdkMultiplexer() throws IOException {}

    @Override
    public void watch(Listener<?> listener, Runnable ready) throws IOException {
        JdkListener<?, ?> watched = (JdkListener<?, ?>) listener;
        SelectionKey key = registered(watched.channel, watched.interest);
        key.attach(ready);
    }

    @Override
    public void ignore(Listener<?> listener) {
        JdkListener<?, ?> watched = (JdkListener<?, ?>) listener;
        SelectionKey key = keyOf(watched.channel);
        if (key != null) {
            key.cancel();
            deregister();
        }
    }

    /// Registers a channel, also one that was registered before and is not wholly deregistered.
    SelectionKey registered(SelectableChannel channel, int interest) throws IOException {
        SelectionKey old = keyOf(channel);
        if (old != null && !old.isValid()) {
            deregister();
        }
        return channel.register(selector, interest);
    }

    /// Takes cancelled keys out.
    private void deregister() {
        try {
            selector.selectNow(find);
        } catch (IOException unlikely) {
            // The next wait says so.
        }
    }

    @Nullable SelectionKey keyOf(SelectableChannel channel) {
        return channel.keyFor(selector);
    }

    private static void tell(SelectionKey key) {
        try {
            if (key.attachment() instanceof Attached attached) {
                int operations = key.readyOps();
                attached.ready(
                        (operations & SelectionKey.OP_READ) != 0,
                        (operations & SelectionKey.OP_WRITE) != 0);
            } else if (key.attachment() instanceof Runnable ready) {
                ready.run();
            }
        } catch (CancelledKeyException closed) {
            // By another thread, meanwhile.
        }
    }

    /// {@return a direct one: into any other, channels read by way of one}
    @Override
    public ByteBuffer newBuffer(int capacity) {
        return ByteBuffer.allocateDirect(capacity);
    }

    @Override
    public void await(long nanos) throws IOException {
        if (nanos == 0) {
            selector.selectNow(find);
        } else if (nanos < 0) {
            selector.select(find);
        } else {
            selector.select(find, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
        }
    }

    @Override
    public void tell() {
        // What is told may let cancelled keys be taken out, which finds more.
        for (int i = 0; i < found.size(); i++) {
            tell(found.get(i));
        }
        found.clear();
    }

    @Override
    public void wakeUp() {
        selector.wakeup();
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException unlikely) {
            // close(2) gives the descriptor free whatever it returns
        }
    }
}
