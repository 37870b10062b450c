package socketserver.cli;

import socketserver.LiveRequest;

import java.io.Console;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A line at the bottom of the terminal that says each second what the servers do.
final class StatusLine implements AutoCloseable {
    private final Servers servers;
    private final Traffic traffic;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final long start = System.nanoTime();
    // The drawing thread's alone.
    private long drawnAt = start;
    private long drawnTaken;
    private long drawnBytes;

    private StatusLine(Servers servers, Traffic traffic) {
        this.servers = servers;
        this.traffic = traffic;
    }

    /// {@return whether standard output and the keyboard are a terminal}
    @SuppressWarnings("SystemConsoleNull") // it was never null in 22 to 24, and may be in 25
    static boolean isWanted() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    /// Draws the line from now on.
    static StatusLine show(Servers servers, Traffic traffic) {
        StatusLine line = new StatusLine(servers, traffic);
        Thread.ofPlatform().daemon().name("status").start(line::draw);
        return line;
    }

    private void draw() {
        try {
            do {
                Terminal.draw(next());
            } while (!closed.await(1, TimeUnit.SECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private String next() {
        long now = System.nanoTime();
        List<LiveRequest> live = servers.requests();
        long taken = traffic.taken();
        long bytes = traffic.endedBytes();
        for (LiveRequest request : live) {
            bytes += request.bytesIn() + request.bytesOut();
        }
        double seconds = Math.max(1, now - drawnAt) / 1e9;
        String text =
                text(
                        live.size(),
                        taken,
                        (taken - drawnTaken) / seconds,
                        (bytes - drawnBytes) / seconds,
                        Duration.ofNanos(now - start));
        drawnAt = now;
        drawnTaken = taken;
        drawnBytes = bytes;
        return text;
    }

    /// {@return the line's text}
    static String text(
            int active, long total, double requestRate, double byteRate, Duration uptime) {
        // A request may end between the two sums: no negative rates.
        return String.format(
                Locale.ROOT,
                "active %,d, total %,d, %,.0f requests/s, %s/s, up %s",
                active,
                total,
                requestRate,
                bytes(Math.max(0, byteRate)),
                DurationText.of(uptime));
    }

    private static String bytes(double count) {
        if (count < 1e3) {
            return String.format(Locale.ROOT, "%.0f B", count);
        }
        return count < 1e6
                ? String.format(Locale.ROOT, "%.1f kB", count / 1e3)
                : String.format(Locale.ROOT, "%.1f MB", count / 1e6);
    }

    /// Takes the line away.
    @Override
    public void close() {
        closed.countDown();
        Terminal.clear();
    }
}
