package socketserver.posix;

import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.EPOLL_CLOEXEC;
import static socketserver.posix.Constants.EPOLL_CTL_ADD;
import static socketserver.posix.Constants.MSG_DONTWAIT;
import static socketserver.posix.Constants.SOCK_CLOEXEC;
import static socketserver.posix.Constants.SOCK_STREAM;
import static socketserver.posix.Errno.EAGAIN;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/// Whether the calls of this package work here: once for each process, at first use.
public final class SelfTest {
    private static final class Result {
        static final @Nullable String FAILURE = run();
    }

    private SelfTest() {}

    /// {@return why the calls cannot be used in this process, in one line, or null if they can}
    public static @Nullable String failure() {
        return Result.FAILURE;
    }

    private static @Nullable String run() {
        String system = System.getProperty("os.name");
        String machine = System.getProperty("os.arch");
        if (!system.equals("Linux")) {
            return "the system is " + system + ", not Linux";
        }
        boolean known = machine.equals("amd64") || machine.equals("aarch64");
        if (!known || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            return "the machine is " + machine + ", not x86-64 or little-endian aarch64";
        }
        Module module = SelfTest.class.getModule();
        if (!module.isNativeAccessEnabled()) {
            return "the JVM was started without --enable-native-access="
                    + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
        }
        if (!Libc.has("gnu_get_libc_version")) {
            return "the C library is not glibc: others, musl for one, lay out messages differently";
        }
        try (Scratch scratch = Scratch.take()) {
            return transfer(scratch.memory());
        } catch (RuntimeException | LinkageError thrown) {
            return "libc could not be called: " + thrown;
        }
    }

    /// Sends a byte to ourselves, and looks whether epoll and errno tell the truth about it.
    private static @Nullable String transfer(MemorySegment numbers) {
        int made = Libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, numbers);
        if (made < 0) {
            return "socketpair failed: " + Errno.describe(made);
        }
        int left = numbers.get(JAVA_INT, 0);
        int right = numbers.get(JAVA_INT, 4);
        int epoll = Libc.epollCreate(EPOLL_CLOEXEC);
        try {
            byte[] sent = {42};
            byte[] received = {0};
            int[] errno = {0};
            long data = 0x0123_4567_89AB_CDEFL;
            EpollEvents events = new EpollEvents(1);
            int early = Libc.recv(right, MemorySegment.ofArray(received), MSG_DONTWAIT, errno);
            Libc.epollCtl(epoll, EPOLL_CTL_ADD, right, EpollEvents.IN, data);
            int none = Libc.epollNow(epoll, events, errno);
            int out = Libc.send(left, MemorySegment.ofArray(sent), MSG_DONTWAIT, errno);
            int one = Libc.epollNow(epoll, events, errno);
            int in = Libc.recv(right, MemorySegment.ofArray(received), MSG_DONTWAIT, errno);
            boolean right1 = early == EAGAIN.result() && none == 0 && out == 1 && one == 1;
            boolean right2 = in == 1 && received[0] == 42 && events.data(0) == data;
            return right1 && right2
                    ? null
                    : "a byte sent to ourselves was not seen: recv %d, epoll_wait %d, send %d, epoll_wait %d, recv %d"
                            .formatted(early, none, out, one, in);
        } finally {
            Libc.close(epoll);
            Libc.close(left);
            Libc.close(right);
        }
    }
}
