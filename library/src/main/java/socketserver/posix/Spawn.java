package socketserver.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A child process that is given some descriptors of this one and no others (`posix_spawn(3)`).
///
/// It shares standard error with this process. Its signals are not blocked and have their default
/// actions, but for those that this process was started to ignore, as `nohup` does.
///
/// Its methods block in the kernel: they are for platform threads. Whoever has started a child
/// calls [#reap()].
public final class Spawn implements AutoCloseable {
    private static final int ROOM = 512;
    private static final int SIGNALS = 128;
    private static final short SETSIGDEF = 0x04;
    private static final short SETSIGMASK = 0x08;
    // SIGHUP, SIGINT and SIGQUIT: what nohup and shells ignore for a process and its children.
    private static final long MAY_STAY_IGNORED = 1 << 0 | 1 << 1 | 1 << 2;
    private static final int FIRST_FREE_DESCRIPTOR = 3;
    // The number of the system call, the same on all machines. glibc has pidfd_open since 2.36.
    private static final long PIDFD_OPEN = 434;

    private final int pid;
    // Readable when the child has ended.
    private final int handle;

    private Spawn(int pid, int handle) {
        this.pid = pid;
        this.handle = handle;
    }

    private static final class Calls {
        static final MethodHandle SPAWN = Libc.general("posix_spawnp");
        static final MethodHandle ACTIONS_INIT = Libc.general("posix_spawn_file_actions_init");
        static final MethodHandle ACTIONS_DESTROY =
                Libc.general("posix_spawn_file_actions_destroy");
        static final MethodHandle ADD_DUP2 = Libc.general("posix_spawn_file_actions_adddup2");
        static final MethodHandle ADD_CLOSE_FROM =
                Libc.general("posix_spawn_file_actions_addclosefrom_np");
        static final MethodHandle ATTRIBUTES_INIT = Libc.general("posix_spawnattr_init");
        static final MethodHandle ATTRIBUTES_DESTROY = Libc.general("posix_spawnattr_destroy");
        static final MethodHandle SET_FLAGS = Libc.general("posix_spawnattr_setflags");
        static final MethodHandle SET_SIG_DEFAULT = Libc.general("posix_spawnattr_setsigdefault");
        static final MethodHandle SET_SIG_MASK = Libc.general("posix_spawnattr_setsigmask");
        static final MethodHandle WAIT_PID = Libc.general("waitpid");
        static final MethodHandle SYSTEM_CALL = Libc.general("syscall");
    }

    private static final class Possible {
        static final boolean VALUE = find();

        // glibc 2.34 and Linux 5.3 are needed.
        private static boolean find() {
            if (SelfTest.failure() != null
                    || !Libc.has("posix_spawn_file_actions_addclosefrom_np")) {
                return false;
            }
            int handle = openHandle((int) ProcessHandle.current().pid());
            if (handle >= 0) {
                Libc.close(handle);
            }
            return handle != Errno.ENOSYS.result() && handle != Errno.EPERM.result();
        }
    }

    /// {@return whether this system can do it: glibc 2.34 or later, Linux 5.3 or later}
    public static boolean isPossible() {
        return Possible.VALUE;
    }

    /// Starts a program that has a socket as its standard input and output; it is looked for on the
    /// `PATH` of this process.
    ///
    /// The socket blocks from then on, for this process, too: that is a property of the open file,
    /// which both have.
    ///
    /// @param command the program and its arguments
    /// @param environment all variables of the child
    /// @throws IOException if it cannot be started
    public static Spawn start(List<String> command, Map<String, String> environment, int socket)
            throws IOException {
        int flags = Libc.fcntl(socket, Constants.F_GETFL, 0);
        Libc.fcntl(socket, Constants.F_SETFL, flags & ~Constants.O_NONBLOCK);
        return start(command, environment, List.of(socket, socket), 0);
    }

    /// Starts a program that has the standard input and output of this process, and those
    /// descriptors from number 3 on; it is looked for on the `PATH` of this process.
    ///
    /// @param command the program and its arguments
    /// @param environment all variables of the child
    /// @throws IOException if it cannot be started
    public static Spawn startWith(
            List<String> command, Map<String, String> environment, List<Integer> descriptors)
            throws IOException {
        List<Integer> copies = new ArrayList<>();
        try {
            for (int each : descriptors) {
                // None of them stands where another one is to be put.
                int above = FIRST_FREE_DESCRIPTOR + descriptors.size();
                int copy = Libc.fcntl(each, Constants.F_DUPFD_CLOEXEC, above);
                copies.add(SystemCallException.check(copy, "fcntl", command.getFirst()));
            }
            return start(command, environment, copies, FIRST_FREE_DESCRIPTOR);
        } finally {
            copies.forEach(Libc::close);
        }
    }

    private static Spawn start(
            List<String> command,
            Map<String, String> environment,
            List<Integer> descriptors,
            int first)
            throws IOException {
        int pid;
        try (Arena arena = Arena.ofConfined()) {
            pid = spawn(command, environment, descriptors, first, arena);
        }
        int handle = openHandle(pid);
        if (handle < 0) {
            // No descriptor is left. It must not run unwatched.
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            new Spawn(pid, -1).reap();
            throw SystemCallException.of(handle, "pidfd_open", command.getFirst());
        }
        return new Spawn(pid, handle);
    }

    private static int openHandle(int pid) {
        return (int) Libc.call(Calls.SYSTEM_CALL, PIDFD_OPEN, pid, 0, 0, 0, 0);
    }

    private static int spawn(
            List<String> command,
            Map<String, String> environment,
            List<Integer> descriptors,
            int first,
            Arena arena)
            throws IOException {
        // They are smaller: 80 and 336 bytes.
        MemorySegment actions = arena.allocate(ROOM, Long.BYTES);
        MemorySegment attributes = arena.allocate(ROOM, Long.BYTES);
        call(Calls.ACTIONS_INIT, actions, 0, 0);
        call(Calls.ATTRIBUTES_INIT, attributes, 0, 0);
        try {
            for (int i = 0; i < descriptors.size(); i++) {
                int dup = call(Calls.ADD_DUP2, actions, descriptors.get(i), first + i);
                check(dup, "adddup2", command);
            }
            int unused = Math.max(FIRST_FREE_DESCRIPTOR, first + descriptors.size());
            check(call(Calls.ADD_CLOSE_FROM, actions, unused, 0), "addclosefrom", command);
            MemorySegment signals = arena.allocate(SIGNALS, Long.BYTES);
            call(Calls.SET_SIG_MASK, attributes, signals.address(), 0);
            signals.fill((byte) 0xFF).set(JAVA_LONG, 0, ~MAY_STAY_IGNORED);
            call(Calls.SET_SIG_DEFAULT, attributes, signals.address(), 0);
            call(Calls.SET_FLAGS, attributes, SETSIGDEF | SETSIGMASK, 0);
            MemorySegment pid = arena.allocate(JAVA_INT);
            NativeStrings strings = new NativeStrings(arena);
            MemorySegment arguments = strings.array(command);
            int error =
                    (int)
                            Libc.call(
                                    Calls.SPAWN,
                                    pid.address(),
                                    arguments.get(JAVA_LONG, 0),
                                    actions.address(),
                                    attributes.address(),
                                    arguments.address(),
                                    strings.environment(environment).address());
            check(error, "posix_spawnp", command);
            return pid.get(JAVA_INT, 0);
        } finally {
            call(Calls.ATTRIBUTES_DESTROY, attributes, 0, 0);
            call(Calls.ACTIONS_DESTROY, actions, 0, 0);
        }
    }

    private static int call(MethodHandle call, MemorySegment object, long a, long b) {
        return (int) Libc.call(call, object.address(), a, b, 0, 0, 0);
    }

    /// These functions return the error number instead of setting it.
    private static void check(int error, String call, List<String> command) throws IOException {
        SystemCallException.check(-error, call, command.getFirst());
    }

    /// {@return the number of the process}
    public int pid() {
        return pid;
    }

    /// What came first.
    public enum Event {
        /// The child has ended.
        ENDED,
        /// The connection has been broken by the client.
        BROKEN,
        /// Both directions of the connection have ended.
        HUNG_UP,
        /// There is something to be read, or the end of it.
        READABLE,
        /// The time is over.
        LATE
    }

    /// Waits until the child has ended, something can be read from the descriptor, or the time is
    /// over.
    public Event awaitInput(int descriptor, long nanos) {
        long until = System.nanoTime() + nanos;
        try (Scratch scratch = Scratch.take()) {
            PollSet polled =
                    new PollSet(scratch.memory())
                            .set(0, handle, Constants.POLLIN)
                            .set(1, descriptor, Constants.POLLIN);
            int ready;
            do {
                ready = polled.await(2, Math.max(0, until - System.nanoTime()));
            } while (ready == Errno.EINTR.result());
            if (polled.found(0) != 0) {
                return Event.ENDED;
            }
            return polled.found(1) != 0 ? Event.READABLE : Event.LATE;
        }
    }

    /// Waits until the child has ended or something has happened to the socket.
    public Event await(int socket) {
        try (Scratch scratch = Scratch.take()) {
            PollSet polled =
                    new PollSet(scratch.memory())
                            .set(0, handle, Constants.POLLIN)
                            .set(1, socket, 0);
            int ready;
            do {
                ready = polled.await(2, -1);
            } while (ready == Errno.EINTR.result());
            if (polled.found(0) != 0) {
                return Event.ENDED;
            }
            return (polled.found(1) & Constants.POLLERR) != 0 ? Event.BROKEN : Event.HUNG_UP;
        }
    }

    /// Waits until the child has ended, and takes its number from the system's table.
    ///
    /// @return its exit code, or 128 and the number of the signal that has ended it
    public int reap() {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment status = scratch.memory();
            int ended;
            do {
                ended = (int) Libc.call(Calls.WAIT_PID, pid, status.address(), 0, 0, 0, 0);
            } while (ended == Errno.EINTR.result());
            int word = status.get(JAVA_INT, 0);
            return (word & 0x7F) == 0 ? word >> 8 & 0xFF : 128 + (word & 0x7F);
        }
    }

    /// Gives back what the child was watched with; once.
    @Override
    public void close() {
        Libc.close(handle);
    }
}
