package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import socketserver.transport.Listener;
import socketserver.transport.Multiplexer;
import socketserver.transport.PolledServing;

import java.util.concurrent.CountDownLatch;

/// A server that a loop serves.
///
/// Fields are the loop's thread's alone unless they say otherwise.
final class PolledListener {
    private final Loop loop;
    private final PolledServing serving;
    private final Listener<?> listener;
    private final CountDownLatch ended = new CountDownLatch(1);
    // Whether the listener has said that there may be requests.
    private boolean ready = true;
    // Whether there was more to do the last time.
    private boolean more;
    // Whether it is to be looked at, whatever the listener says. Set by any thread.
    private volatile boolean woken = true;
    // Whether the thread that waits was interrupted. Set by that.
    private volatile boolean interrupted;
    // When it is to be looked at; without meaning if it is never.
    private boolean never = true;
    private long next;
    // Written before the latch opens.
    private @Nullable Throwable failure;

    PolledListener(Loop loop, PolledServing serving, Listener<?> listener) {
        this.loop = loop;
        this.serving = serving;
        this.listener = listener;
    }

    /// Begins to listen.
    void begin(Multiplexer multiplexer) {
        serving.wakes(this::wake);
        try {
            multiplexer.watch(listener, () -> ready = true);
        } catch (Exception thrown) {
            failure = thrown;
        }
    }

    private void wake() {
        woken = true;
        if (!loop.isHere()) {
            loop.execute(() -> {});
        }
    }

    /// Takes requests, at most so many.
    ///
    /// @return whether it goes on listening
    boolean turn(int most, long now) {
        if (!ready && !more && !woken && (never || next - now > 0)) {
            return true;
        }
        woken = false;
        long left = 0;
        for (int i = 0; i < most && left == 0; i++) {
            left = turnOnce();
        }
        if (left == PolledServing.STOPPED) {
            end();
            return false;
        }
        more = left == 0;
        never = left < 0;
        next = now + left;
        return true;
    }

    private long turnOnce() {
        if (interrupted || failure != null) {
            return PolledServing.STOPPED;
        }
        try {
            boolean mayTake = ready;
            ready = false;
            return serving.turnNow(mayTake);
        } catch (Throwable thrown) {
            failure = thrown;
            return PolledServing.STOPPED;
        }
    }

    private void end() {
        loop.multiplexer().ignore(listener);
        serving.wakes(null);
        ended.countDown();
    }

    /// {@return how many nanoseconds are left until it is to be looked at; negative is for ever}
    long left(long now) {
        if (ready || more || woken) {
            return 0;
        }
        return never ? -1 : Math.max(0, next - now);
    }

    /// Waits for the end. An interrupt of the calling thread asks for it.
    void join() {
        boolean wasInterrupted = false;
        for (boolean done = false; !done; ) {
            try {
                ended.await();
                done = true;
            } catch (InterruptedException stop) {
                wasInterrupted = true;
                interrupted = true;
                wake();
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw new IllegalStateException("serving failed", failure);
        }
    }
}
