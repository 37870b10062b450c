package socketserver.transport;

import static socketserver.posix.Constants.EFD_CLOEXEC;
import static socketserver.posix.Constants.EFD_NONBLOCK;
import static socketserver.posix.Constants.POLLIN;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;

import socketserver.posix.Libc;
import socketserver.posix.PollSet;
import socketserver.posix.SystemCallException;
import socketserver.request.Request;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/// A listening socket, and the descriptor by which others wake the thread that waits for it.
///
/// The serving thread waits in `poll(2)`; if it is a virtual one, it is woken by the [Poller].
abstract class LinuxListener<R extends Request> implements Listener<R> {
    final SocketDescriptor socket;
    final int domain;
    private final Descriptor wakeUp;
    // One thread at a time uses it: the serving one.
    private final PollSet polled =
            new PollSet(Arena.ofAuto().allocate(2 * PollSet.STRIDE, Long.BYTES));
    private final MemorySegment one = Arena.ofAuto().allocateFrom(JAVA_LONG, 1);
    private final MemorySegment drained = Arena.ofAuto().allocate(JAVA_LONG);
    // Whether the kernel may have more, though it was seen already: it tells a virtual thread of
    // changes only. The serving thread's alone.
    private boolean pending;
    // Whether others have the open file, too. Set by any thread.
    private volatile boolean shared;
    // Set once by bind(), before any other thread knows this listener.
    private @Nullable SocketAddress address;

    /// Takes a socket over, which is closed if that fails.
    LinuxListener(int domain, int number) throws IOException {
        this.domain = domain;
        socket = SocketDescriptor.ofListener(number);
        int event = Libc.eventfd(EFD_CLOEXEC | EFD_NONBLOCK);
        if (event < 0) {
            socket.close();
            throw SystemCallException.of(event, "eventfd", null);
        }
        wakeUp = new Descriptor(event);
    }

    @Override
    public final <T> void option(SocketOption<T> option, T value) throws IOException {
        socket.require();
        try {
            LinuxOption.set(named(), domain, option, value);
        } finally {
            socket.leave();
        }
    }

    @Override
    public final void restrict(Set<PosixFilePermission> permissions) throws IOException {
        socket.require();
        try {
            LinuxSocket.restrict(socket.number(), permissions);
        } finally {
            socket.leave();
        }
    }

    @Override
    public final boolean waitsVirtually() {
        return true;
    }

    @Override
    public void bind(SocketAddress address, int backlog) throws IOException {
        socket.require();
        try {
            LinuxSocket.bind(socket.number(), address, domain);
            bound();
        } finally {
            socket.leave();
        }
    }

    /// Notes what the socket is bound to.
    void bound() throws IOException {
        address = LinuxSocket.address(named());
    }

    /// {@return the number of the socket whose address and options these are}
    int named() {
        return socket.number();
    }

    @Override
    public final SocketAddress address() {
        SocketAddress bound = address;
        if (bound == null) {
            throw new IllegalStateException("listener is not bound: call bind() first");
        }
        return bound;
    }

    @Override
    public final boolean await(long nanos) throws IOException {
        if (hasTakenAhead()) {
            return true;
        }
        return Thread.currentThread().isVirtual() ? park(nanos) : poll(nanos);
    }

    private boolean park(long nanos) throws IOException {
        if (pending || socket.takeReadable()) {
            // Seen before this wait, and perhaps taken since.
            pending = poll(0);
        }
        if (!pending && nanos != 0 && socket.awaitReadable(Math.max(0, nanos))) {
            pending = socket.takeReadable();
        }
        return pending;
    }

    /// Notes that the kernel had nothing more.
    final void foundNothing() {
        pending = false;
    }

    private boolean poll(long nanos) throws IOException {
        socket.require();
        try {
            polled.set(0, socket.number(), POLLIN).set(1, wakeUp.number(), POLLIN);
            int ready = new Interruption(this::wakeUp).during(() -> polled.await(2, nanos));
            if (ready > 0 && polled.found(1) != 0) {
                Libc.read(wakeUp.number(), drained);
            }
            return ready > 0 && polled.found(0) != 0;
        } finally {
            socket.leave();
        }
    }

    @Override
    public final void wakeUp() {
        if (wakeUp.enter()) {
            Libc.write(wakeUp.number(), one);
            wakeUp.leave();
        }
        socket.wake();
    }

    @Override
    public int share() {
        shared();
        return socket.number();
    }

    /// Notes that others have the open file, or may have.
    final void shared() {
        shared = true;
    }

    @Override
    public void close() {
        if (shared) {
            socket.letGo();
        } else {
            socket.close();
        }
        wakeUp.close();
    }
}
