package socketserver.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Room for events of epoll: an array of `struct epoll_event`, an int of flags and a long of the
/// program's.
///
/// The structure is packed on x86-64 alone: 12 bytes there, 16 on all others (`epoll_ctl(2)`,
/// `sys/epoll.h`: `__EPOLL_PACKED`).
public final class EpollEvents {
    /// There is something to read, or an end.
    public static final int IN = 0x001;

    /// There is room to write.
    public static final int OUT = 0x004;

    /// The connection has failed.
    public static final int ERR = 0x008;

    /// Both directions have ended.
    public static final int HUP = 0x010;

    /// The peer has ended its direction.
    public static final int RDHUP = 0x2000;

    /// Tell of changes only.
    public static final int EDGE = 1 << 31;

    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
    private static final long DATA = PACKED ? 4 : 8;
    private static final long SIZE = PACKED ? 12 : 16;

    private final MemorySegment segment;
    private final int capacity;

    /// Makes room for so many events, for as long as the process lives.
    public EpollEvents(int capacity) {
        this.capacity = capacity;
        segment = Arena.global().allocate(SIZE * capacity, 16);
    }

    MemorySegment segment() {
        return segment;
    }

    int capacity() {
        return capacity;
    }

    /// {@return the flags of an event}
    public int flags(int index) {
        return segment.get(JAVA_INT, SIZE * index);
    }

    /// {@return the program's number of an event}
    public long data(int index) {
        return segment.get(JAVA_LONG_UNALIGNED, SIZE * index + DATA);
    }

    static void write(MemorySegment event, int flags, long data) {
        event.set(JAVA_INT, 0, flags);
        event.set(JAVA_LONG_UNALIGNED, DATA, data);
    }
}
