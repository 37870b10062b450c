package socketserver.cli;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.jspecify.annotations.Nullable;

import socketserver.posix.Constants;
import socketserver.posix.Libc;
import socketserver.posix.Scratch;
import socketserver.posix.SystemCallException;
import socketserver.transport.Engine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// How inetd has started the command: `inetd:nowait`, with one connection as its standard input, or
/// `inetd:wait`, with what connections or packets come from.
///
/// @param idle how long the command goes on while nobody asks, or null if it has one connection
record Inetd(@Nullable Duration idle) {
    private static final String SCHEME = "inetd:";
    private static final String NOWAIT = SCHEME + "nowait";
    private static final String WAIT = SCHEME + "wait";
    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final Path STANDARD = Path.of("/proc/self/fd");
    private static final int INPUT = 0;
    private static final int OUTPUT = 1;
    private static final int ERROR = 2;

    // Where the socket is now, or -1. Guarded by the class.
    private static int moved = -1;

    /// {@return whether the address of the command line is one of these}
    static boolean isMeant(String address) {
        return address.startsWith(SCHEME);
    }

    /// {@return how inetd has started the command that serves those addresses, or null if it was
    /// something else}
    static @Nullable Inetd of(List<Endpoint> endpoints) throws WrongArgumentException {
        for (Endpoint each : endpoints) {
            if (isMeant(each.address())) {
                if (endpoints.size() > 1) {
                    throw new WrongArgumentException(
                            "address (%s) must be the only one: inetd passes one socket"
                                    .formatted(each));
                }
                return parse(each.address());
            }
        }
        return null;
    }

    private static Inetd parse(String address) throws WrongArgumentException {
        if (address.equals(NOWAIT)) {
            return new Inetd(null);
        }
        if (address.equals(WAIT)) {
            return new Inetd(IDLE);
        }
        if (!address.startsWith(WAIT + ":")) {
            throw new WrongArgumentException(
                    "address (%s) must be %s, %s or %s:T".formatted(address, NOWAIT, WAIT, WAIT));
        }
        return new Inetd(DurationText.parse(WAIT, address.substring(WAIT.length() + 1)));
    }

    /// {@return the number of the socket of that address, which is taken away from the standard
    /// streams: nothing that is printed may get to the client}
    static synchronized int socket(String address) throws WrongArgumentException, IOException {
        boolean nowait = parse(address).idle == null;
        if (moved < 0) {
            // Throws if it is no socket.
            var _ = Engine.chosen().kindOf(INPUT);
            if (isConnection() != nowait) {
                throw new WrongArgumentException(
                        "address (%s): standard input is %s: give %s"
                                .formatted(
                                        address,
                                        nowait ? "no connection" : "one connection",
                                        nowait ? WAIT : NOWAIT));
            }
            moved = move();
        }
        return moved;
    }

    private static boolean isConnection() {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment length = scratch.memory();
            length.set(JAVA_INT, 0, 256);
            return Libc.getpeername(INPUT, length.asSlice(8, 256), length) == 0;
        }
    }

    private static int move() throws IOException {
        Path socket = Files.readSymbolicLink(STANDARD.resolve("" + INPUT));
        int above = ERROR + 1;
        int number = Libc.fcntl(INPUT, Constants.F_DUPFD_CLOEXEC, above);
        SystemCallException.check(number, "fcntl", null);
        try (Arena arena = Arena.ofConfined()) {
            int nothing = Libc.open(arena.allocateFrom("/dev/null"), Constants.O_RDWR);
            SystemCallException.check(nothing, "open", "/dev/null");
            for (int each : new int[] {INPUT, OUTPUT, ERROR}) {
                if (each != ERROR
                        || Files.readSymbolicLink(STANDARD.resolve("" + each)).equals(socket)) {
                    Libc.dup2(nothing, each);
                }
            }
            Libc.close(nothing);
        }
        return number;
    }
}
