package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.Request;
import socketserver.request.Server;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/// A socket that requests arrive at.
///
/// One thread at a time waits and accepts; [#wakeUp()] may be called from any. It is closed when
/// nobody waits.
///
/// @param <R> what arrives
public interface Listener<R extends Request> extends Closeable {
    /// Sets an option of the socket, before it is bound.
    <T> void option(SocketOption<T> option, T value) throws IOException;

    /// Sets an option of each connection that is accepted, before the socket is bound.
    ///
    /// @throws UnsupportedOperationException if nothing is accepted by this socket
    default <T> void optionOfAccepted(SocketOption<T> option, T value) throws IOException {
        throw new UnsupportedOperationException(option.name());
    }

    /// Keeps all others from the path that the socket is going to be bound to, from its first
    /// moment on, if the engine can do that.
    ///
    /// @param permissions what the path gets, but for what the process's umask takes from it
    default void restrict(Set<PosixFilePermission> permissions) throws IOException {}

    /// {@return whether a virtual thread may wait here without blocking its carrier}
    default boolean waitsVirtually() {
        return false;
    }

    /// Binds the socket to the address; a stream listener listens from then on.
    ///
    /// @param backlog how many connections may wait to be accepted
    void bind(SocketAddress address, int backlog) throws IOException;

    /// {@return the number of the socket, which other processes use as well from now on}
    ///
    /// @throws UnsupportedOperationException if the engine cannot tell
    default int share() {
        throw new UnsupportedOperationException(
                "the jdk engine cannot hand a socket over: it takes the linux engine");
    }

    /// {@return whether requests were taken from the kernel that nobody has asked for yet}
    default boolean hasTakenAhead() {
        return false;
    }

    /// {@return the address that the socket is bound to}
    SocketAddress address();

    /// Joins a multicast group; joining it again does nothing.
    ///
    /// @throws IllegalArgumentException if the group is not of the socket's family
    /// @throws IllegalStateException if it was joined with another choice of senders
    /// @throws UnsupportedOperationException if the socket has no groups
    default void join(Membership membership) throws IOException {
        throw new UnsupportedOperationException("only UDP sockets have multicast groups");
    }

    /// Leaves a multicast group.
    ///
    /// @throws IllegalStateException if it was not joined so
    default void leave(Membership membership) throws IOException {
        throw new UnsupportedOperationException("only UDP sockets have multicast groups");
    }

    /// Waits until a request may be ready, the time is over, or [#wakeUp()] is or was called.
    ///
    /// @param nanos how long; negative is for ever
    /// @return whether a request may be ready
    boolean await(long nanos) throws IOException;

    /// {@return the next request, or null if none is ready}
    @Nullable R accept(Server server) throws IOException;

    /// Ends the present or else the next [#await(long)] at once.
    void wakeUp();
}
