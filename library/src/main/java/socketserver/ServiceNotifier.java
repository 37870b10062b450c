package socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import socketserver.request.UnixAddress;
import socketserver.transport.Alarm;
import socketserver.transport.Engine;
import socketserver.transport.Timers;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Tells the service manager how the program is: systemd's `sd_notify(3)`, for units of
/// `Type=notify` and `Type=notify-reload`.
///
/// {@snippet class="socketserver.SnippetsTest" region="notifier"}
///
/// Where no manager wants to know, that is, where `NOTIFY_SOCKET` is not set, it does nothing. A
/// message that cannot be sent is logged, and serving goes on. All methods may be called from any
/// thread.
public final class ServiceNotifier implements AutoCloseable {
    private final @Nullable UnixAddress manager;
    private final Beat beat;
    // Whether this process can send no such messages at all. Set by any thread.
    private volatile boolean mute;

    private ServiceNotifier(@Nullable UnixAddress manager, @Nullable Duration watchdog) {
        this.manager = manager;
        // Half of the time, as sd_watchdog_enabled(3) recommends.
        beat = new Beat(watchdog == null ? null : Duration.ofNanos(watchdog.toNanos() / 2));
    }

    /// {@return what tells the manager that has started this process}
    ///
    /// If the manager keeps watch (`WatchdogSec=`), it is told that the program is alive from
    /// [#ready()] on.
    ///
    /// @throws IllegalArgumentException if the environment is malformed
    public static ServiceNotifier fromEnvironment() {
        return of(System.getenv(), ProcessHandle.current().pid());
    }

    /// {@return what tells the manager that the environment names to the process of that number}
    static ServiceNotifier of(Map<String, String> environment, long process) {
        String socket = environment.get("NOTIFY_SOCKET");
        if (socket == null) {
            return new ServiceNotifier(null, null);
        }
        if (!socket.startsWith("/") && !socket.startsWith("@")) {
            throw new IllegalArgumentException(
                    "NOTIFY_SOCKET (%s) must be a path, or a name that begins with @"
                            .formatted(socket));
        }
        return new ServiceNotifier(UnixAddress.parse(socket), watchdog(environment, process));
    }

    private static @Nullable Duration watchdog(Map<String, String> environment, long process) {
        String time = environment.get("WATCHDOG_USEC");
        String meant = environment.get("WATCHDOG_PID");
        if (time == null || (meant != null && !meant.equals(Long.toString(process)))) {
            return null;
        }
        if (!time.matches("[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException(
                    "WATCHDOG_USEC (%s) must be a number of microseconds".formatted(time));
        }
        return Duration.of(Long.parseLong(time), ChronoUnit.MICROS);
    }

    /// Says that the servers serve, also after [#reloading()].
    public void ready() {
        send("READY=1");
        beat.begin();
    }

    /// Says that the settings are being read anew; [#ready()] follows.
    public void reloading() {
        // On Linux the clock of nanoTime() is CLOCK_MONOTONIC.
        long now = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
        send("RELOADING=1\nMONOTONIC_USEC=" + now);
    }

    /// Says that another process serves from now on, and is the main one.
    ///
    /// This process is the one to say it: by default (`NotifyAccess=main`) the manager hears no
    /// other. That other one has to be a child of the manager by then, not of this process: systemd
    /// takes note of it once and, at a stop, kills a main process that is none of its own without
    /// waiting for it.
    public void handedOver(long process) {
        send("MAINPID=%d\nREADY=1".formatted(process));
        close();
    }

    /// Says that the servers come to an end.
    public void stopping() {
        send("STOPPING=1");
    }

    /// Says how the program is, in a line for people: `systemctl status` shows it.
    public void status(String line) {
        send("STATUS=" + line.replace('\n', ' '));
    }

    /// Tells nothing more by itself.
    @Override
    public void close() {
        Alarm.remove(beat);
    }

    private void send(String message) {
        if (manager == null || mute) {
            return;
        }
        try {
            Engine.chosen().send(manager, message.getBytes(UTF_8));
        } catch (IOException | UnsupportedOperationException failed) {
            mute = failed instanceof UnsupportedOperationException;
            BaseServer.log("notify").log(
                    Level.WARNING,
                    "{0} cannot be told {1}: {2}",
                    manager,
                    message.lines().findFirst().orElse(""),
                    failed);
        }
    }

    /// Says now and then that the program is alive.
    private final class Beat extends Timers.Timer {
        private final @Nullable Duration interval;

        Beat(@Nullable Duration interval) {
            this.interval = interval;
        }

        void begin() {
            if (interval != null) {
                Alarm.at(this, System.nanoTime());
            }
        }

        @Override
        protected long expired(long now) {
            if (interval == null) {
                return 0;
            }
            send("WATCHDOG=1");
            return Timers.later(now, interval);
        }
    }
}
