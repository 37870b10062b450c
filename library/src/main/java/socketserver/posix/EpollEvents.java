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

    /// There are urgent bytes.
    public static final int PRI = 0x002;

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

    private static final String MACHINE = System.getProperty("os.arch");
    private static final long DATA = offsetOfData(MACHINE);
    private static final long SIZE = size(MACHINE);

    private final MemorySegment segment;
    private final int capacity;

    /// Makes room for so many events.
    public EpollEvents(int capacity) {
        this.capacity = capacity;
        segment = Arena.ofAuto().allocate(SIZE * capacity, 16);
    }

    /// {@return how many bytes an event has on that machine}
    static long size(String machine) {
        return offsetOfData(machine) + Long.BYTES;
    }

    /// {@return where the program's number stands in an event on that machine}
    static long offsetOfData(String machine) {
        return machine.equals("amd64") ? 4 : 8;
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
