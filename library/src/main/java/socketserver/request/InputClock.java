package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.net.SocketAddress;
import java.time.Duration;

/// What the client of one connection has done of the times that it is given to send.
///
/// Whoever reads owns it, a handler's thread or a selector's loop. All values are nanoseconds, on
/// the clock of `System.nanoTime()` if they are points.
public final class InputClock {
    /// How long a message may last before its rate counts.
    public static final Duration GRACE = Duration.ofSeconds(5);

    private final long opened = System.nanoTime();
    private long lastByte = opened;
    // Since when the client's next byte is awaited; 0 while it is not.
    private long awaited;
    // When the first byte of the present message came; 0 if there is none.
    private long begun;
    private long bytes;
    private long bytesBefore;
    // What is over at the time that was last asked for.
    private DeadlineKind next = DeadlineKind.READ;

    /// Begins to count.
    ///
    /// @param bytes how many bytes came before
    InputClock(long bytes) {
        this.bytes = bytes;
    }

    /// Notes that bytes came.
    void received(int count, long now) {
        bytes += count;
        lastByte = now;
        awaited = 0;
    }

    /// Notes that nothing is awaited at present.
    public void awaitsNothing() {
        awaited = 0;
    }

    /// Notes that a message is complete: what comes now is another one.
    public void messageEnds() {
        begun = 0;
    }

    /// Notes that bytes are awaited.
    ///
    /// @param readBegan since when by this read
    /// @param within whether bytes of an unfinished message are there
    /// @return until when they are awaited, or 0 for ever
    public long awaits(ClientDeadlines times, long readBegan, boolean within, long now) {
        if (awaited == 0) {
            awaited = now;
        }
        if (!within) {
            begun = 0;
        } else if (begun == 0) {
            begun = lastByte;
            bytesBefore = bytes;
        }
        long until = earlier(0, readBegan, times.readNanos(), DeadlineKind.READ);
        until = earlier(until, awaited, times.idleNanos(), DeadlineKind.IDLE);
        if (bytes == 0) {
            until = earlier(until, opened, times.firstByteNanos(), DeadlineKind.FIRST_BYTE);
        }
        if (within) {
            until = earlier(until, begun, times.messageNanos(), DeadlineKind.MESSAGE);
            if (times.minimumRate() > 0) {
                double earned = (bytes - bytesBefore) * 1e9 / times.minimumRate();
                until = earlier(until, begun, GRACE.toNanos() + (long) earned, DeadlineKind.RATE);
            }
        }
        return until;
    }

    private long earlier(long until, long began, long time, DeadlineKind kind) {
        if (time == 0) {
            return until;
        }
        long other = began + time | 1;
        if (until != 0 && until - other <= 0) {
            return until;
        }
        next = kind;
        return other;
    }

    /// {@return what to throw now that the time is over that was last asked for}
    public DeadlineException expired(ClientDeadlines times, SocketAddress client) {
        if (next == DeadlineKind.IDLE) {
            // The handler may let it begin anew.
            awaited = 0;
        }
        @Nullable Duration time =
                next == DeadlineKind.RATE
                        ? Duration.ofNanos(lastByte - begun).plus(GRACE)
                        : times.of(next);
        return DeadlineException.of(next, client, time == null ? Duration.ZERO : time);
    }
}
