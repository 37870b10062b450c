package socketserver.benchmark.generator;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// The system calls of the generator. Each returns what the kernel does: a result, or the negative
/// error number.
///
/// One thread may call, because all calls leave their error number in the same place. Memory is
/// given by its address, so that a part of a buffer costs no object.
final class Linux {
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int EINPROGRESS = 115;

    static final int SOCK_CLOEXEC = 0x80000;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;

    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLL_CTL_MOD = 3;

    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MemorySegment STATE_OF_CALLS = Arena.global().allocate(STATE);

    // Those that never wait are critical: they spare the JVM's change of the thread's state.
    private static final MethodHandle SEND = quick("send", JAVA_LONG, 'i', 'l', 'l', 'i');
    private static final MethodHandle RECV = quick("recv", JAVA_LONG, 'i', 'l', 'l', 'i');
    private static final MethodHandle SOCKET = quick("socket", JAVA_INT, 'i', 'i', 'i');
    private static final MethodHandle BIND = quick("bind", JAVA_INT, 'i', 'l', 'i');
    private static final MethodHandle CLOSE = quick("close", JAVA_INT, 'i');
    private static final MethodHandle SETSOCKOPT =
            quick("setsockopt", JAVA_INT, 'i', 'i', 'i', 'l', 'i');
    private static final MethodHandle EPOLL_CREATE = quick("epoll_create1", JAVA_INT, 'i');
    private static final MethodHandle EPOLL_CTL = quick("epoll_ctl", JAVA_INT, 'i', 'i', 'i', 'l');
    private static final MethodHandle CONNECT = call("connect", JAVA_INT, "ili".toCharArray());
    private static final MethodHandle RECV_WAITING = call("recv", JAVA_LONG, "illi".toCharArray());
    private static final MethodHandle EPOLL_WAIT =
            call("epoll_wait", JAVA_INT, "ilii".toCharArray());

    private Linux() {}

    private static MethodHandle quick(String name, MemoryLayout result, char... arguments) {
        return call(name, result, arguments, Linker.Option.critical(false));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle call(
            String name, MemoryLayout result, char[] arguments, Linker.Option... options) {
        MemoryLayout[] layouts = new MemoryLayout[arguments.length];
        for (int i = 0; i < layouts.length; i++) {
            layouts[i] = arguments[i] == 'i' ? JAVA_INT : JAVA_LONG;
        }
        Linker.Option[] all = new Linker.Option[options.length + 1];
        all[0] = Linker.Option.captureCallState("errno");
        System.arraycopy(options, 0, all, 1, options.length);
        Linker linker = Linker.nativeLinker();
        MethodHandle handle =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow(name),
                        FunctionDescriptor.of(result, layouts),
                        all);
        return handle.bindTo(STATE_OF_CALLS);
    }

    static int socket(int family, int type) {
        try {
            return result((int) SOCKET.invokeExact(family, type, 0));
        } catch (Throwable impossible) {
            throw unexpected(impossible);
        }
    }

    static int bind(int socket, long address, int length) {
        try {
            return result((int) BIND.invokeExact(socket, address, length));
        } catch (Throwable impossible) {
            throw unexpected(impossible);
        }
    }

    static int connect(int socket, long address, int length) {
        try {
            return result((int) CONNECT.invokeExact(socket, address, length));
        } catch (Throwable impossible) {
            throw unexpected(impossible);
        }
    }

    static int setsockopt(int socket, int level, int option, long value, int length) {
        try {
            return result((int) SETSOCKOPT.invokeExact(socket, level, option, value, length));
        } catch (Throwable impossible) {
            throw unexpected(impossible);
        }
    }

    /// Sends what fits at once.
    static int send(int socket, long bytes, long count) {
        try {
            return result(
                    (int)
                            (long)
                                    SEND.invokeExact(
                                            socket, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL));
        } catch (Throwable impossible) {
            throw unexpected(impossible);
        }
    }

    /// Receives what is there.
    static int recv(int socket, long bytes, long count) {
        try {
            return result((int) (long) RECV.invokeExact(socket, bytes, count, MSG_DONTWAIT));
        } catch (Throwable impossible) {
            throw unexpected(impossible);
        }
    }

    /// Receives, waiting until there is something.
    static int recvWaiting(int socket, long bytes, long count) {
        try {
            return result((int) (long) RECV_WAITING.invokeExact(socket, bytes, count, 0));
        } catch (Throwable impossible) {
            throw unexpected(impossible);
        }
    }

    static int close(int descriptor) {
        try {
            return result((int) CLOSE.invokeExact(descriptor));
        } catch (Throwable impossible) {
            throw unexpected(impossible);
        }
    }

    static int epollCreate() {
        try {
            return result((int) EPOLL_CREATE.invokeExact(SOCK_CLOEXEC));
        } catch (Throwable impossible) {
            throw unexpected(impossible);
        }
    }

    static int epollCtl(int epoll, int operation, int descriptor, long event) {
        try {
            return result((int) EPOLL_CTL.invokeExact(epoll, operation, descriptor, event));
        } catch (Throwable impossible) {
            throw unexpected(impossible);
        }
    }

    static int epollWait(int epoll, long events, int count, int millis) {
        try {
            return result((int) EPOLL_WAIT.invokeExact(epoll, events, count, millis));
        } catch (Throwable impossible) {
            throw unexpected(impossible);
        }
    }

    private static int result(int returned) {
        return returned >= 0 ? returned : -(int) ERRNO.get(STATE_OF_CALLS, 0L);
    }

    private static AssertionError unexpected(Throwable impossible) {
        return new AssertionError(impossible);
    }
}
