package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.io.Serializable;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The times that the client of a connection is given. What is not set is waited for without end.
///
/// Immutable; connections share them.
public final class ClientDeadlines implements Serializable {
    /// All the time there is.
    public static final ClientDeadlines NONE = new ClientDeadlines(Map.of(), 0);

    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // Map.copyOf makes one that is serializable
    private final Map<DeadlineKind, Duration> times;

    private final int minimumRate;
    // Nanoseconds; 0 is none.
    private final long firstByte;
    private final long idle;
    private final long read;
    private final long write;
    private final long message;

    private ClientDeadlines(Map<DeadlineKind, Duration> times, int minimumRate) {
        this.times = Map.copyOf(times);
        this.minimumRate = minimumRate;
        firstByte = nanos(times.get(DeadlineKind.FIRST_BYTE));
        idle = nanos(times.get(DeadlineKind.IDLE));
        read = nanos(times.get(DeadlineKind.READ));
        write = nanos(times.get(DeadlineKind.WRITE));
        message = nanos(times.get(DeadlineKind.MESSAGE));
    }

    private static long nanos(@Nullable Duration time) {
        if (time == null) {
            return 0;
        }
        // So that it can be added to a point in time.
        return Math.min(TimeUnit.NANOSECONDS.convert(time), Long.MAX_VALUE / 2);
    }

    /// {@return these deadlines with that one; null is none}
    ///
    /// @throws IllegalArgumentException if the time is not positive, or the kind is
    ///   [DeadlineKind#RATE], which is no time
    public ClientDeadlines with(DeadlineKind kind, @Nullable Duration time) {
        if (kind == DeadlineKind.RATE) {
            throw new IllegalArgumentException("RATE is no time: set minimumRate");
        }
        if (time != null && !time.isPositive()) {
            throw new IllegalArgumentException(
                    "%s deadline (%s) must be positive; null is none".formatted(kind, time));
        }
        Map<DeadlineKind, Duration> changed = new EnumMap<>(DeadlineKind.class);
        changed.putAll(times);
        if (time == null) {
            changed.remove(kind);
        } else {
            changed.put(kind, time);
        }
        return new ClientDeadlines(changed, minimumRate);
    }

    /// {@return the time for that, or null if there is none}
    public @Nullable Duration of(DeadlineKind kind) {
        return times.get(kind);
    }

    /// {@return these deadlines with that number of bytes a second, which a message must bring on
    /// average once it has lasted for [InputClock#GRACE]; 0 is none}
    ///
    /// @throws IllegalArgumentException if it is negative
    public ClientDeadlines withMinimumRate(int bytesPerSecond) {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "minimum rate (%d) must not be negative".formatted(bytesPerSecond));
        }
        return new ClientDeadlines(times, bytesPerSecond);
    }

    /// {@return how many bytes a second a message must bring, or 0}
    public int minimumRate() {
        return minimumRate;
    }

    /// {@return whether they need a clock of what comes in}
    boolean clockInput() {
        return firstByte != 0 || idle != 0 || message != 0 || minimumRate != 0;
    }

    long firstByteNanos() {
        return firstByte;
    }

    long idleNanos() {
        return idle;
    }

    long readNanos() {
        return read;
    }

    long writeNanos() {
        return write;
    }

    long messageNanos() {
        return message;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClientDeadlines that
                && times.equals(that.times)
                && minimumRate == that.minimumRate;
    }

    @Override
    public int hashCode() {
        return times.hashCode() + minimumRate;
    }

    @Override
    public String toString() {
        return times + (minimumRate == 0 ? "" : ", at least " + minimumRate + " bytes/s");
    }
}
