package socketserver;

import socketserver.request.CloseReason;
import socketserver.transport.Alarm;
import socketserver.transport.Timers;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// Ends a request that has lasted as long as one may: first it is told, then it is closed.
final class AgeLimit extends Timers.Timer {
    private final LiveRequest row;
    private final long end;
    // The alarm's thread's alone.
    private boolean told;

    private AgeLimit(LiveRequest row, Duration age) {
        this.row = row;
        end = Timers.later(System.nanoTime(), age);
    }

    /// Begins to count the age of a request.
    static AgeLimit begin(LiveRequest row, Duration age) {
        AgeLimit limit = new AgeLimit(row, age);
        long spread = (limit.end - System.nanoTime()) / 10;
        Alarm.at(
                limit,
                limit.end - (spread <= 0 ? 0 : ThreadLocalRandom.current().nextLong(spread)));
        return limit;
    }

    /// Forgets it.
    void end() {
        Alarm.remove(this);
    }

    @Override
    protected long expired(long now) {
        if (!told) {
            told = true;
            row.drain(CloseReason.MAX_AGE);
            return end;
        }
        row.close(CloseReason.MAX_AGE);
        return 0;
    }
}
