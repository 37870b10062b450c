package socketserver.cli;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.jspecify.annotations.Nullable;

import socketserver.posix.Constants;
import socketserver.posix.Libc;
import socketserver.posix.Scratch;
import socketserver.posix.Spawn;
import socketserver.posix.SystemCallException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The process that is to take over the sockets of this one, as this one sees it.
///
/// Between the two stands a shell, as long as it is not sure that the new one will serve. When that
/// shell is gone the new one is a child of whatever has started this process: systemd, at a stop,
/// does not wait for a main process that is none of its own, but kills it.
///
/// The thread that has started it uses it; [#kill()] may be called from any.
final class Successor implements AutoCloseable {
    // LISTEN_PID has to be the number of the process itself, which is known only when that runs.
    // The shell outside of it ends after it, with the same status. It waits for what is no job of
    // its background: to such a one Ctrl-C would mean nothing.
    private static final List<String> BETWEEN =
            List.of(
                    "/bin/sh",
                    "-c",
                    """
                    trap : HUP INT QUIT TERM
                    /bin/sh -c 'export LISTEN_PID=$$; exec "$@"' socketserver "$@"
                    exit $?
                    """,
                    "socketserver");

    private static final int FIRST = 3;

    private final Spawn between;
    // This end of the line, or -1 once it is closed.
    private int line;
    // The number of the new process, or 0 if it does not serve yet.
    private int pid;

    private Successor(Spawn between, int line) {
        this.between = between;
        this.line = line;
    }

    /// Starts it.
    ///
    /// @param command its program and arguments
    /// @param sockets the numbers of the sockets, by pairs with the names
    /// @param statusPort the port of the status page, 0 for none
    /// @throws IOException if it cannot be started
    static Successor start(
            List<String> command, List<Integer> sockets, List<String> names, int statusPort)
            throws IOException {
        int[] ends = pair();
        try {
            List<Integer> all = new ArrayList<>(sockets);
            all.add(ends[1]);
            List<String> full = new ArrayList<>(BETWEEN);
            full.addAll(command);
            return new Successor(
                    Spawn.startWith(full, environment(names, statusPort), all), ends[0]);
        } catch (Throwable thrown) {
            Libc.close(ends[0]);
            throw thrown;
        } finally {
            Libc.close(ends[1]);
        }
    }

    private static int[] pair() throws IOException {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment ends = scratch.memory();
            int type = Constants.SOCK_STREAM | Constants.SOCK_CLOEXEC;
            SystemCallException.check(
                    Libc.socketpair(Constants.AF_UNIX, type, ends), "socketpair", null);
            return new int[] {ends.get(JAVA_INT, 0), ends.getAtIndex(JAVA_INT, 1)};
        }
    }

    private static Map<String, String> environment(List<String> names, int statusPort) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        // The watch is over whoever is the main process.
        environment.remove("WATCHDOG_PID");
        environment.put("LISTEN_FDS", Integer.toString(names.size()));
        environment.put("LISTEN_FDNAMES", String.join(":", names));
        environment.put(Predecessor.LINE, Integer.toString(FIRST + names.size()));
        environment.put(Predecessor.STATUS_PORT, Integer.toString(statusPort));
        return environment;
    }

    /// {@return its number, once it serves}
    int pid() {
        return pid;
    }

    /// Waits until it serves.
    ///
    /// @return null then, or else why it does not
    @Nullable String await(Duration longest) {
        Spawn.Event event = between.awaitInput(line, longest.toNanos());
        if (event == Spawn.Event.LATE) {
            return "was not ready within " + DurationText.of(longest);
        }
        // The shells keep the line open as long as they run: where it ends they have ended, though
        // a process closes its files a moment before it can be waited for.
        return event == Spawn.Event.READABLE && reads() ? null : "has ended";
    }

    private boolean reads() {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment number = scratch.memory().asSlice(0, JAVA_INT.byteSize());
            boolean whole = Libc.read(line, number) == number.byteSize();
            pid = whole ? number.get(JAVA_INT, 0) : 0;
            return whole;
        }
    }

    /// Makes it a child of what has started this process, or of the first process.
    void setFree() {
        ProcessHandle.of(between.pid()).ifPresent(ProcessHandle::destroyForcibly);
        var _ = between.reap();
    }

    /// Tells it that the sockets are its own from now on.
    void letGo() {
        Libc.close(line);
        line = -1;
    }

    /// Ends it and what it has started, unless it has ended.
    void kill() {
        try (Scratch scratch = Scratch.take()) {
            // One that is started at this moment is not seen below.
            Libc.write(line, scratch.memory().asSlice(0, 1));
        }
        ProcessHandle.of(between.pid())
                .ifPresent(
                        handle -> {
                            List<ProcessHandle> started = handle.descendants().toList();
                            handle.destroyForcibly();
                            started.forEach(ProcessHandle::destroyForcibly);
                        });
    }

    /// Waits until it has ended.
    ///
    /// @return its exit code, or 128 and the number of the signal that has ended it
    int reap() {
        return between.reap();
    }

    @Override
    public void close() {
        if (line >= 0) {
            letGo();
        }
        between.close();
    }
}
