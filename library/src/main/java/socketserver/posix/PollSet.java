package socketserver.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/// What `poll(2)` waits for and what it has found: `struct pollfd`, some of them in a row.
///
/// For the thread whose memory it is.
public final class PollSet {
    /// The size of one, in bytes.
    public static final long STRIDE = 8;

    private static final long EVENTS = 4;
    private static final long RESULT = 6;

    private final MemorySegment memory;

    /// @param memory for as many as are going to be asked for, aligned to four bytes
    public PollSet(MemorySegment memory) {
        this.memory = memory;
    }

    /// Sets what to wait for; errors and hang-ups are told in any case.
    ///
    /// @return this
    public PollSet set(int index, int descriptor, int events) {
        memory.set(JAVA_INT, index * STRIDE, descriptor);
        memory.set(JAVA_SHORT, index * STRIDE + EVENTS, (short) events);
        memory.set(JAVA_SHORT, index * STRIDE + RESULT, (short) 0);
        return this;
    }

    /// Waits until there is something to tell of the first ones; not for virtual threads, whose
    /// carrier it would block.
    ///
    /// @param nanos how long at most, rounded up to milliseconds; negative is for ever
    /// @return of how many there is, 0 when the time is over, or less than 0 for an error, `EINTR`
    ///   for one
    public int await(int count, long nanos) {
        return Libc.poll(memory, count, millis(nanos));
    }

    /// {@return what the last call has found of that one: flags, none of them if nothing}
    public int found(int index) {
        return memory.get(JAVA_SHORT, index * STRIDE + RESULT);
    }

    /// {@return so many nanoseconds in milliseconds, rounded up; -1 for less than 0}
    public static int millis(long nanos) {
        if (nanos < 0) {
            return -1;
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos) + (nanos % 1_000_000 == 0 ? 0 : 1);
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }
}
