package socketserver.transport;

import static socketserver.posix.Constants.EFD_CLOEXEC;
import static socketserver.posix.Constants.EFD_NONBLOCK;
import static socketserver.posix.Constants.EPOLL_CLOEXEC;
import static socketserver.posix.Constants.EPOLL_CTL_ADD;
import static socketserver.posix.Constants.EPOLL_CTL_DEL;
import static socketserver.posix.Constants.EPOLL_CTL_MOD;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;

import socketserver.posix.EpollEvents;
import socketserver.posix.Libc;
import socketserver.posix.SystemCallException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// A set of descriptors that epoll watches, and the way to tell each of them what it has.
///
/// One thread at a time asks it; any thread changes it.
final class Epoll {
    private static final long WAKE_UP = -1;

    private final Descriptor epoll;
    private final Descriptor wakeUp;
    // What eventfd(2) is told. Never written again.
    private final MemorySegment one = Arena.ofAuto().allocateFrom(JAVA_LONG, 1);
    // By descriptor number. Replaced and written under the lock of this.
    private volatile AtomicReferenceArray<@Nullable SocketDescriptor> watched =
            new AtomicReferenceArray<>(1024);
    // Whether it will repeat some of what it has said, until somebody has read. The asking thread's
    // alone.
    private boolean repeats;
    // The asking thread's alone, though not always the same one.
    private final int[] errno = {0};
    // The one that waits in await(), if there is one. Set by itself.
    private volatile @Nullable Thread waiting;

    private Epoll(int epoll, int wakeUp) {
        this.epoll = new Descriptor(epoll);
        this.wakeUp = new Descriptor(wakeUp);
    }

    /// {@return one that watches nothing yet}
    ///
    /// @throws SystemCallException if it cannot be opened now
    static Epoll open() throws SystemCallException {
        int epoll =
                SystemCallException.check(Libc.epollCreate(EPOLL_CLOEXEC), "epoll_create1", null);
        int wakeUp = Libc.eventfd(EFD_CLOEXEC | EFD_NONBLOCK);
        if (wakeUp < 0) {
            Libc.close(epoll);
            throw SystemCallException.of(wakeUp, "eventfd", null);
        }
        Libc.epollCtl(epoll, EPOLL_CTL_ADD, wakeUp, EpollEvents.IN | EpollEvents.EDGE, WAKE_UP);
        return new Epoll(epoll, wakeUp);
    }

    /// {@return the number of its descriptor}
    int number() {
        return epoll.number();
    }

    /// Watches a descriptor from now on; if it is ready already, it is told so.
    void add(SocketDescriptor descriptor, int events) throws SystemCallException {
        int number = descriptor.number();
        synchronized (this) {
            AtomicReferenceArray<@Nullable SocketDescriptor> table = watched;
            if (number >= table.length()) {
                table = larger(table, number);
                watched = table;
            }
            table.set(number, descriptor);
        }
        control(EPOLL_CTL_ADD, descriptor, events);
    }

    private static AtomicReferenceArray<@Nullable SocketDescriptor> larger(
            AtomicReferenceArray<@Nullable SocketDescriptor> table, int number) {
        AtomicReferenceArray<@Nullable SocketDescriptor> larger =
                new AtomicReferenceArray<>(Math.max(number + 1, 2 * table.length()));
        for (int i = 0; i < table.length(); i++) {
            larger.setPlain(i, table.getPlain(i));
        }
        return larger;
    }

    /// Changes what is watched of a descriptor, and tells it if that is ready already.
    void change(SocketDescriptor descriptor, int events) throws SystemCallException {
        control(EPOLL_CTL_MOD, descriptor, events);
    }

    /// Forgets a descriptor; called before it is closed, by whichever thread.
    ///
    /// The system would take it out by itself when the last process closes it. But a thread that
    /// just looks at it there, on behalf of a wait, may be the last who has the open file then, and
    /// lets it go only when its wait is over: since Linux 6.10, and seen. Until then the client is
    /// not told of the end.
    void remove(SocketDescriptor descriptor) {
        if (epoll.enter()) {
            Libc.epollCtl(epoll.number(), EPOLL_CTL_DEL, descriptor.number(), 0, 0);
            epoll.leave();
        }
        synchronized (this) {
            watched.compareAndSet(descriptor.number(), descriptor, null);
        }
    }

    private void control(int operation, SocketDescriptor descriptor, int events)
            throws SystemCallException {
        SystemCallException.check(
                Libc.epollCtl(
                        epoll.number(), operation, descriptor.number(), events, descriptor.mark()),
                "epoll_ctl",
                descriptor);
    }

    /// Ends the present wait for it, or else the next one.
    void wakeUp() {
        if (wakeUp.enter()) {
            Libc.write(wakeUp.number(), one);
            wakeUp.leave();
        }
    }

    /// Tells all descriptors that there are events for; by the thread that asks.
    ///
    /// @return how many there were, or less than 0 if epoll could not be asked
    int tellAll(EpollEvents events) {
        return tell(events, Libc.epollNow(epoll.number(), events, errno));
    }

    /// Waits until there are events; not for virtual threads, whose carrier it would block.
    ///
    /// @param millis how long at most; negative is for ever
    /// @return how many there are, or less than 0 if epoll could not be asked
    int await(EpollEvents events, int millis) {
        if (waiting == null) {
            waiting = Thread.currentThread();
        }
        return millis == 0
                ? Libc.epollNow(epoll.number(), events, errno)
                : Libc.epollWait(epoll.number(), events, millis);
    }

    /// {@return where the calls of the thread that waits put the error number, so that not every
    /// connection needs a place for it; null on any other thread}
    int @Nullable [] errnoHere() {
        return Thread.currentThread().equals(waiting) ? errno : null;
    }

    /// Tells the descriptors that so many events are for.
    ///
    /// @return how many
    int tell(EpollEvents events, int count) {
        repeats = false;
        for (int i = 0; i < count; i++) {
            tell(events.data(i), events.flags(i));
        }
        return count;
    }

    private void tell(long mark, int events) {
        if (mark == WAKE_UP) {
            return;
        }
        int number = (int) mark;
        AtomicReferenceArray<@Nullable SocketDescriptor> table = watched;
        SocketDescriptor descriptor = number < table.length() ? table.get(number) : null;
        if (descriptor != null && descriptor.mark() == mark) {
            descriptor.ready(events);
            repeats |= descriptor.isToldAgain();
        }
    }

    /// {@return whether what was told last will be told again until it is read}
    boolean repeats() {
        return repeats;
    }

    /// Closes it; nothing is watched any more.
    void close() {
        wakeUp.close();
        epoll.close();
    }
}
