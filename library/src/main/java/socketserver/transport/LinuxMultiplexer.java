package socketserver.transport;

import socketserver.posix.EpollEvents;
import socketserver.posix.PollSet;

import java.io.IOException;

/// Waits in `epoll_wait(2)`.
final class LinuxMultiplexer implements Multiplexer {
    private static final int MAX_EVENTS = 256;

    private final Epoll epoll = Epoll.open();
    private final EpollEvents events = new EpollEvents(MAX_EVENTS);
    private int found;

    LinuxMultiplexer() throws IOException {}

    Epoll epoll() {
        return epoll;
    }

    @Override
    public void watch(Listener<?> listener, Runnable ready) throws IOException {
        ((LinuxListener<?>) listener).socket.attach(epoll, new Announced(ready));
    }

    @Override
    public void ignore(Listener<?> listener) {
        ((LinuxListener<?>) listener).socket.detach();
    }

    @Override
    public void await(long nanos) {
        found = epoll.await(events, PollSet.millis(nanos));
    }

    @Override
    public void tell() {
        int count = found;
        found = 0;
        epoll.tell(events, count);
    }

    @Override
    public void wakeUp() {
        epoll.wakeUp();
    }

    @Override
    public void close() {
        epoll.close();
    }

    /// A listener, which is only read.
    private record Announced(Runnable requests) implements Told {
        @Override
        public void ready(boolean reads, boolean writes) {
            requests.run();
        }

        @Override
        public void closed() {
            // Whoever closes a listener wakes the server, too.
        }
    }
}
