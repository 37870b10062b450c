package socketserver.transport;

import static socketserver.posix.Constants.SHUT_RDWR;

import socketserver.posix.Libc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.ClosedChannelException;

/// The number of an open file, which several threads use until one of them closes it.
///
/// It is used between [#enter()] and [#leave()]; whoever closes it marks it, and the last to leave
/// gives the number back to the system, so that no call is ever made on a number that belongs to
/// something else by then.
class Descriptor {
    private static final int CLOSED = 1;
    private static final int USER = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Descriptor.class, "state", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final int number;
    // CLOSED, and USER for each that is inside. Changed by its handle alone.
    private volatile int state;
    // Whether close(2) may wait for the peer. Written by those who are inside.
    private boolean lingers;

    /// Takes charge of an open file.
    Descriptor(int number) {
        this.number = number;
    }

    final int number() {
        return number;
    }

    final boolean isOpen() {
        return (state & CLOSED) == 0;
    }

    /// {@return whether it may be used until [#leave()]; false if it was closed}
    final boolean enter() {
        for (; ; ) {
            int before = state;
            if ((before & CLOSED) != 0) {
                return false;
            }
            if (STATE.compareAndSet(this, before, before + USER)) {
                return true;
            }
        }
    }

    /// Enters, or throws if it was closed.
    final void require() throws ClosedChannelException {
        if (!enter()) {
            throw new ClosedChannelException();
        }
    }

    final void leave() {
        if ((int) STATE.getAndAdd(this, -USER) == USER + CLOSED) {
            release();
        }
    }

    /// Notes, by one who is inside, whether `SO_LINGER` lets `close(2)` wait for the peer.
    final void lingers(boolean lingers) {
        this.lingers = lingers;
    }

    /// Closes it as soon as nobody uses it. Closing twice does nothing.
    final void close() {
        int before;
        do {
            before = state;
            if ((before & CLOSED) != 0) {
                return;
            }
        } while (!STATE.compareAndSet(this, before, before + USER + CLOSED));
        if (before != 0) {
            // A platform thread may be waiting in poll(2).
            Libc.shutdown(number, SHUT_RDWR);
        }
        leave();
        closed();
    }

    /// Closes it as soon as nobody uses it, but ends nothing that others do with the open file: it
    /// lives on in another process.
    final void letGo() {
        int before = (int) STATE.getAndBitwiseOr(this, CLOSED);
        if (before == 0) {
            release();
        }
        if ((before & CLOSED) == 0) {
            closed();
        }
    }

    private void release() {
        releasing();
        if (lingers) {
            // It would hold a virtual thread's carrier as long: 2 s were seen.
            Thread.ofPlatform().daemon().name("socketserver-close").start(() -> Libc.close(number));
        } else {
            Libc.close(number);
        }
    }

    /// Called when it has been marked: those who wait are to see it.
    void closed() {}

    /// Called by the last who was inside, before the number is given back.
    void releasing() {}

    @Override
    public String toString() {
        return "descriptor " + number;
    }
}
