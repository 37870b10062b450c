package socketserver.benchmark.generator;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// An epoll instance whose tokens are the numbers of connections.
final class Epoll implements AutoCloseable {
    static final int IN = 1;
    static final int OUT = 4;
    static final int ERROR = 8 | 16;

    private static final int MAX_EVENTS = 512;
    // "struct epoll_event" is packed on x86-64 and nowhere else.
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
    private static final int SIZE = PACKED ? 12 : 16;
    private static final int TOKEN = PACKED ? 4 : 8;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment events = arena.allocate((long) SIZE * MAX_EVENTS, 8);
    private final long eventsAddress = events.address();
    private final MemorySegment change = arena.allocate(SIZE, 8);
    private final int descriptor;

    Epoll() throws IOException {
        descriptor = Linux.epollCreate();
        Errors.check("epoll_create1", descriptor);
    }

    void add(int socket, int interest, int token) throws IOException {
        control(Linux.EPOLL_CTL_ADD, socket, interest, token);
    }

    void modify(int socket, int interest, int token) throws IOException {
        control(Linux.EPOLL_CTL_MOD, socket, interest, token);
    }

    private void control(int operation, int socket, int interest, int token) throws IOException {
        change.set(JAVA_INT_UNALIGNED, 0, interest);
        change.set(JAVA_INT_UNALIGNED, TOKEN, token);
        Errors.check("epoll_ctl", Linux.epollCtl(descriptor, operation, socket, change.address()));
    }

    /// {@return how many events there are, after waiting for one as long as that}
    int await(int millis) throws IOException {
        int count = Linux.epollWait(descriptor, eventsAddress, MAX_EVENTS, millis);
        if (count == -Linux.EINTR) {
            return 0;
        }
        Errors.check("epoll_wait", count);
        return count;
    }

    int happened(int event) {
        return events.get(JAVA_INT_UNALIGNED, (long) event * SIZE);
    }

    int token(int event) {
        return events.get(JAVA_INT_UNALIGNED, (long) event * SIZE + TOKEN);
    }

    @Override
    public void close() {
        Linux.close(descriptor);
        arena.close();
    }
}
