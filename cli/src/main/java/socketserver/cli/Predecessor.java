package socketserver.cli;

import static java.lang.foreign.ValueLayout.JAVA_INT;

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
/// The two have a line to each other, a pair of sockets: the new one writes its number when it
/// serves, and the old one closes its end when it has let go, or writes a byte if it has given the
/// new one up.
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
    ///
    /// @return false if it has given this one up
    boolean takeOver() {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment number = scratch.memory().asSlice(0, JAVA_INT.byteSize());
            number.set(JAVA_INT, 0, (int) ProcessHandle.current().pid());
            Libc.write(line, number);
            PollSet polled = new PollSet(scratch.memory());
            int closed;
            do {
                closed = polled.set(0, line, Constants.POLLIN).await(1, LONGEST.toNanos());
            } while (closed == Errno.EINTR.result());
            return closed == 0 || Libc.read(line, number) <= 0;
        } finally {
            Libc.close(line);
        }
    }
}
