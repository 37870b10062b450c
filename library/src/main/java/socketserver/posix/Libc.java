package socketserver.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/// Calls of glibc, each linked when it is first made.
///
/// Each returns what the C function returns, or the negative error number: -11 for `EAGAIN`, see
/// [Errno]. None of them throws an exception that a caller has to expect.
///
/// A new shape of a call takes some milliseconds to link, one more function of a known shape a
/// fraction of one. So there are two:
///
/// - transfers, `(int, pointer, long, int)`: they may use an array of the heap in place. They hold
///   off the garbage collector: non-blocking calls only, of at most [#MAX_TRANSFER] bytes.
/// - all others: six registers, of which a function reads as many as it has parameters, and of each
///   as many bits as the parameter has. The calling conventions of x86-64 (System V) and aarch64
///   (AAPCS64) pass the first six integers and pointers so. A variadic function of x86-64 also
///   reads the number of vector registers in `al`, but only to save these.
public final class Libc {
    /// How many bytes a transfer may carry.
    public static final int MAX_TRANSFER = 128 * 1024;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final FunctionDescriptor TRANSFER =
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final FunctionDescriptor GENERAL =
            FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private Libc() {}

    /// {@return whether libc has that function}
    static boolean has(String function) {
        return LOOKUP.find(function).isPresent();
    }

    @SuppressWarnings("restricted") // the module asks for native access
    private static MethodHandle transfer(String function) {
        return LINKER.downcallHandle(
                LOOKUP.findOrThrow(function), TRANSFER, Linker.Option.critical(true), ERRNO);
    }

    @SuppressWarnings("restricted") // the module asks for native access
    static MethodHandle general(String function) {
        return LINKER.downcallHandle(LOOKUP.findOrThrow(function), GENERAL, ERRNO);
    }

    private static IllegalStateException impossible(Throwable thrown) {
        return new IllegalStateException("a call of libc threw an exception", thrown);
    }

    private static final class Recv {
        static final MethodHandle CALL = transfer("recv");
    }

    /// Receives bytes (`recv(2)`), from a thread that owns the errno array at the time.
    public static int recv(int descriptor, MemorySegment into, int flags, int[] errno) {
        try {
            long count =
                    (long)
                            Recv.CALL.invokeExact(
                                    MemorySegment.ofArray(errno),
                                    descriptor,
                                    into,
                                    Math.min(into.byteSize(), MAX_TRANSFER),
                                    flags);
            return count < 0 ? -errno[0] : (int) count;
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    private static final class Send {
        static final MethodHandle CALL = transfer("send");
    }

    /// Sends bytes (`send(2)`), from a thread that owns the errno array at the time.
    public static int send(int descriptor, MemorySegment from, int flags, int[] errno) {
        try {
            long count =
                    (long)
                            Send.CALL.invokeExact(
                                    MemorySegment.ofArray(errno),
                                    descriptor,
                                    from,
                                    Math.min(from.byteSize(), MAX_TRANSFER),
                                    flags);
            return count < 0 ? -errno[0] : (int) count;
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    private static final class EpollWait {
        static final MethodHandle CALL = transfer("epoll_wait");
    }

    /// Takes the events that are there (`epoll_wait(2)` with no time), from a thread that owns the
    /// errno array at the time.
    public static int epollNow(int epoll, EpollEvents events, int[] errno) {
        try {
            long count =
                    (long)
                            EpollWait.CALL.invokeExact(
                                    MemorySegment.ofArray(errno),
                                    epoll,
                                    events.segment(),
                                    (long) events.capacity(),
                                    0);
            return (int) count < 0 ? -errno[0] : (int) count;
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    private static final class EpollWaiting {
        static final MethodHandle CALL = general("epoll_wait");
    }

    /// Waits for events and takes them (`epoll_wait(2)`); not for virtual threads, whose carrier it
    /// would block.
    ///
    /// @param millis how long at most; negative is for ever
    public static int epollWait(int epoll, EpollEvents events, int millis) {
        return call(
                EpollWaiting.CALL, epoll, events.segment().address(), events.capacity(), millis);
    }

    static long call(MethodHandle call, long a, long b, long c, long d, long e, long f) {
        try (Scratch scratch = Scratch.take()) {
            return call(call, scratch.errno(), a, b, c, d, e, f);
        }
    }

    private static long call(
            MethodHandle call,
            MemorySegment errno,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f) {
        try {
            long result = (long) call.invokeExact(errno, a, b, c, d, e, f);
            return (int) result == -1 ? -errno.get(JAVA_INT, 0) : result;
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    private static int call(MethodHandle call, long a, long b, long c, long d) {
        return (int) call(call, a, b, c, d, 0, 0);
    }

    private static final class Socket {
        static final MethodHandle CALL = general("socket");
    }

    /// Makes a socket (`socket(2)`).
    public static int socket(int domain, int type, int protocol) {
        return call(Socket.CALL, domain, type, protocol, 0);
    }

    private static final class SocketPair {
        static final MethodHandle CALL = general("socketpair");
    }

    /// Makes two sockets that are connected with each other (`socketpair(2)`).
    ///
    /// @param descriptors where the two numbers go
    public static int socketpair(int domain, int type, MemorySegment descriptors) {
        return call(SocketPair.CALL, domain, type, 0, descriptors.address());
    }

    private static final class Bind {
        static final MethodHandle CALL = general("bind");
    }

    /// Binds a socket to an address (`bind(2)`).
    public static int bind(int descriptor, MemorySegment address, int length) {
        return call(Bind.CALL, descriptor, address.address(), length, 0);
    }

    private static final class FileChangeMode {
        static final MethodHandle CALL = general("fchmod");
    }

    /// Sets the permissions of an open file (`fchmod(2)`).
    public static int fchmod(int descriptor, int mode) {
        return call(FileChangeMode.CALL, descriptor, mode, 0, 0);
    }

    private static final class Connect {
        static final MethodHandle CALL = general("connect");
    }

    /// Connects a socket with an address (`connect(2)`).
    public static int connect(int descriptor, MemorySegment address, int length) {
        return call(Connect.CALL, descriptor, address.address(), length, 0);
    }

    private static final class Listen {
        static final MethodHandle CALL = general("listen");
    }

    /// Makes a socket listen (`listen(2)`).
    public static int listen(int descriptor, int backlog) {
        return call(Listen.CALL, descriptor, backlog, 0, 0);
    }

    private static final class Accept4 {
        static final MethodHandle CALL = general("accept4");
    }

    /// Accepts a connection (`accept4(2)`).
    ///
    /// @param length the room for the address, and afterwards its length
    public static int accept4(
            int descriptor, MemorySegment address, MemorySegment length, int flags) {
        return call(Accept4.CALL, descriptor, address.address(), length.address(), flags);
    }

    private static final class GetSockName {
        static final MethodHandle CALL = general("getsockname");
    }

    /// Tells what a socket is bound to (`getsockname(2)`).
    ///
    /// @param length the room for the address, and afterwards its length
    public static int getsockname(int descriptor, MemorySegment address, MemorySegment length) {
        return call(GetSockName.CALL, descriptor, address.address(), length.address(), 0);
    }

    private static final class GetPeerName {
        static final MethodHandle CALL = general("getpeername");
    }

    /// Tells what a socket is connected with (`getpeername(2)`).
    ///
    /// @param length the room for the address, and afterwards its length
    public static int getpeername(int descriptor, MemorySegment address, MemorySegment length) {
        return call(GetPeerName.CALL, descriptor, address.address(), length.address(), 0);
    }

    private static final class Dup2 {
        static final MethodHandle CALL = general("dup2");
    }

    /// Lets a number stand for the open file of another one (`dup2(2)`).
    public static int dup2(int descriptor, int number) {
        return call(Dup2.CALL, descriptor, number, 0, 0);
    }

    private static final class SetSockOpt {
        static final MethodHandle CALL = general("setsockopt");
    }

    /// Sets an option of a socket (`setsockopt(2)`).
    public static int setsockopt(
            int descriptor, int level, int name, MemorySegment value, int length) {
        return (int) call(SetSockOpt.CALL, descriptor, level, name, value.address(), length, 0);
    }

    private static final class GetSockOpt {
        static final MethodHandle CALL = general("getsockopt");
    }

    /// Asks for an option of a socket (`getsockopt(2)`).
    ///
    /// @param length the room for the value, and afterwards its length
    public static int getsockopt(
            int descriptor, int level, int name, MemorySegment value, MemorySegment length) {
        return (int)
                call(
                        GetSockOpt.CALL,
                        descriptor,
                        level,
                        name,
                        value.address(),
                        length.address(),
                        0);
    }

    private static final class Shutdown {
        static final MethodHandle CALL = general("shutdown");
    }

    /// Ends one or both directions of a connection (`shutdown(2)`).
    public static int shutdown(int descriptor, int how) {
        return call(Shutdown.CALL, descriptor, how, 0, 0);
    }

    private static final class Close {
        static final MethodHandle CALL = general("close");
    }

    /// Gives a descriptor back (`close(2)`), whatever it returns.
    public static int close(int descriptor) {
        return call(Close.CALL, descriptor, 0, 0, 0);
    }

    private static final class RecvMMsg {
        static final MethodHandle CALL = general("recvmmsg");
    }

    /// Receives several packets (`recvmmsg(2)`), from a thread that owns the room for the error
    /// number.
    public static int recvmmsg(
            int descriptor, MemorySegment messages, int count, int flags, MemorySegment errno) {
        return (int) call(RecvMMsg.CALL, errno, descriptor, messages.address(), count, flags, 0, 0);
    }

    private static final class SendMMsg {
        static final MethodHandle CALL = general("sendmmsg");
    }

    /// Sends several packets (`sendmmsg(2)`), from a thread that owns the room for the error
    /// number.
    public static int sendmmsg(
            int descriptor, MemorySegment messages, int count, int flags, MemorySegment errno) {
        return (int) call(SendMMsg.CALL, errno, descriptor, messages.address(), count, flags, 0, 0);
    }

    private static final class Poll {
        static final MethodHandle CALL = general("poll");
    }

    // poll(2), of what PollSet lays out.
    static int poll(MemorySegment descriptors, int count, int millis) {
        return call(Poll.CALL, descriptors.address(), count, millis, 0);
    }

    private static final class EpollCreate1 {
        static final MethodHandle CALL = general("epoll_create1");
    }

    /// Makes a watch of descriptors (`epoll_create1(2)`).
    public static int epollCreate(int flags) {
        return call(EpollCreate1.CALL, flags, 0, 0, 0);
    }

    private static final class EpollCtl {
        static final MethodHandle CALL = general("epoll_ctl");
    }

    /// Changes what is watched of a descriptor (`epoll_ctl(2)`).
    public static int epollCtl(int epoll, int operation, int descriptor, int events, long data) {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment event = scratch.memory();
            EpollEvents.write(event, events, data);
            return call(EpollCtl.CALL, epoll, operation, descriptor, event.address());
        }
    }

    private static final class EventFd {
        static final MethodHandle CALL = general("eventfd");
    }

    /// Makes a descriptor that another thread can make readable (`eventfd(2)`).
    public static int eventfd(int flags) {
        return call(EventFd.CALL, 0, flags, 0, 0);
    }

    private static final class Write {
        static final MethodHandle CALL = general("write");
    }

    /// Writes bytes (`write(2)`).
    public static int write(int descriptor, MemorySegment from) {
        return call(Write.CALL, descriptor, from.address(), from.byteSize(), 0);
    }

    private static final class Read {
        static final MethodHandle CALL = general("read");
    }

    /// Reads bytes (`read(2)`).
    public static int read(int descriptor, MemorySegment into) {
        return call(Read.CALL, descriptor, into.address(), into.byteSize(), 0);
    }

    private static final class Open {
        static final MethodHandle CALL = general("open");
    }

    /// Opens a file to be read (`open(2)`); not for virtual threads: it may wait for a disk.
    ///
    /// @param path ends with a zero byte
    public static int open(MemorySegment path, int flags) {
        return call(Open.CALL, path.address(), flags, 0, 0);
    }

    private static final class LSeek {
        static final MethodHandle CALL = general("lseek");
    }

    /// Moves in a file (`lseek(2)`).
    ///
    /// @return where it is then, or the negative error number
    public static long lseek(int descriptor, long offset, int whence) {
        try (Scratch scratch = Scratch.take()) {
            long result =
                    (long)
                            LSeek.CALL.invokeExact(
                                    scratch.errno(),
                                    (long) descriptor,
                                    offset,
                                    (long) whence,
                                    0L,
                                    0L,
                                    0L);
            // All of its bits count.
            return result == -1 ? -scratch.error() : result;
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    private static final class SendFile {
        static final MethodHandle CALL = general("sendfile");
    }

    /// Sends bytes of a file (`sendfile(2)`); not for virtual threads: it may wait for a disk.
    ///
    /// @param offset where the number stands that says from where on; it is moved on
    public static long sendfile(int descriptor, int file, MemorySegment offset, long count) {
        return call(SendFile.CALL, descriptor, file, offset.address(), count, 0, 0);
    }

    private static final class Fcntl {
        static final MethodHandle CALL = general("fcntl");
    }

    /// Asks for or sets flags of a descriptor (`fcntl(2)`).
    public static int fcntl(int descriptor, int operation, int value) {
        return call(Fcntl.CALL, descriptor, operation, value, 0);
    }
}
