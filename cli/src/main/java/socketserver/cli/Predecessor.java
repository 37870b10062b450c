package socketserver.cli;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import org.jspecify.annotations.Nullable;

import socketserver.InheritedSocket;
import socketserver.posix.Constants;
import socketserver.posix.Errno;
import socketserver.posix.Libc;
import socketserver.posix.PollSet;
import socketserver.posix.Scratch;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/// The process that has started this one to take over its sockets, as this one sees it.
///
/// The two have a line to each other, a pair of sockets: the new one writes a byte when it serves,
/// and the old one closes its end when it has let go.
///
/// @param line the number of this end
/// @param statusPort the port of its status page, 0 if it has none
record Predecessor(int line, int statusPort) {
    /// The variable that has the number of the line.
    static final String LINE = "SOCKETSERVER_PREDECESSOR";

    /// The variable that has the port of the status page.
    static final String STATUS_PORT = "SOCKETSERVER_STATUS_PORT";

    private static final Duration LONGEST = Duration.ofSeconds(10);

    /// {@return the one of this process, or null if it was started otherwise}
    static @Nullable Predecessor ofThisProcess() {
        String line = System.getenv(LINE);
        // Others may have inherited the variable.
        if (line == null || InheritedSocket.all().isEmpty()) {
            return null;
        }
        String port = System.getenv().getOrDefault(STATUS_PORT, "0");
        return new Predecessor(Integer.parseInt(line), Integer.parseInt(port));
    }

    /// Says that this process serves, and waits until the other one has let go, or has died.
    void takeOver() {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment ready = scratch.memory().asSlice(0, 1);
            ready.set(JAVA_BYTE, 0, (byte) 1);
            Libc.write(line, ready);
            PollSet polled = new PollSet(scratch.memory());
            int closed;
            do {
                closed = polled.set(0, line, Constants.POLLIN).await(1, LONGEST.toNanos());
            } while (closed == Errno.EINTR.result());
        } finally {
            Libc.close(line);
        }
    }
}
