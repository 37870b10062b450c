package socketserver.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedDeque;

/// Native memory for the time of a call: where libc puts the error number, and 496 bytes for
/// addresses and options. Lent to one thread at a time.
public final class Scratch implements AutoCloseable {
    private static final long SIZE = 512;
    static final long ERRNO_SIZE = 16;
    private static final ConcurrentLinkedDeque<Scratch> FREE = new ConcurrentLinkedDeque<>();

    private final MemorySegment errno;
    private final MemorySegment memory;

    private Scratch() {
        // Never freed: there are as many as threads were ever in such calls at the same time.
        MemorySegment all = Arena.global().allocate(SIZE, ERRNO_SIZE);
        errno = all.asSlice(0, ERRNO_SIZE);
        memory = all.asSlice(ERRNO_SIZE);
    }

    /// {@return memory whose contents are undefined, until it is closed}
    public static Scratch take() {
        Scratch free = FREE.pollFirst();
        return free == null ? new Scratch() : free;
    }

    /// {@return the part that is free to use}
    public MemorySegment memory() {
        return memory;
    }

    MemorySegment errno() {
        return errno;
    }

    int error() {
        return errno.get(JAVA_INT, 0);
    }

    @Override
    public void close() {
        FREE.addFirst(this);
    }
}
