package socketserver;

import java.util.concurrent.TimeUnit;

/// How many requests are taken in a second: a bucket of tokens that fills at that rate and holds
/// those of a tenth of a second, at least one. The serving thread's alone.
final class AcceptRate {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private int rate;
    private double tokens;
    private long filled;

    /// Sets the rate; 0 is no bound.
    void set(int rate) {
        if (this.rate != rate) {
            this.rate = rate;
            tokens = capacity();
            filled = System.nanoTime();
        }
    }

    private double capacity() {
        return Math.max(1, rate / 10.0);
    }

    /// {@return whether one may be taken now}
    boolean allows() {
        return rate == 0 || filled() >= 1;
    }

    /// Notes that one was taken.
    void take() {
        if (rate > 0) {
            tokens = filled() - 1;
        }
    }

    /// {@return when the next may be taken}
    Deadline next() {
        double missing = 1 - filled();
        return new Deadline(false, System.nanoTime() + (long) (missing * SECOND / rate) + 1);
    }

    private double filled() {
        long now = System.nanoTime();
        tokens = Math.min(capacity(), tokens + (now - filled) * (double) rate / SECOND);
        filled = now;
        return tokens;
    }
}
