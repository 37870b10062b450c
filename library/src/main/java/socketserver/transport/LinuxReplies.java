package socketserver.transport;

import static socketserver.posix.Constants.AF_INET;
import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.IPPROTO_IP;
import static socketserver.posix.Constants.IPPROTO_IPV6;
import static socketserver.posix.Constants.IPV6_PKTINFO;
import static socketserver.posix.Constants.IP_PKTINFO;
import static socketserver.posix.Errno.EAGAIN;
import static socketserver.posix.Errno.ECONNREFUSED;
import static socketserver.posix.Errno.EINTR;
import static socketserver.posix.Errno.ENOENT;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import org.jspecify.annotations.Nullable;

import socketserver.posix.Messages;
import socketserver.posix.SystemCallException;
import socketserver.request.DisconnectedException;
import socketserver.request.Turn;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// The sending of packets through a datagram socket, by any thread.
final class LinuxReplies {
    private static final int USUAL_ROOM = 2048;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);
    private static final long FIRST_NAP = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long LONGEST_NAP = TimeUnit.MILLISECONDS.toNanos(5);

    private final LinuxListener<?> listener;
    private final ConcurrentLinkedDeque<Messages> free = new ConcurrentLinkedDeque<>();
    // Held by the one reply that waits for room in the socket's buffer.
    private final ReentrantLock waiting = new ReentrantLock();

    LinuxReplies(LinuxListener<?> listener) {
        this.listener = listener;
    }

    SocketAddress address() {
        return listener.address();
    }

    /// Does something with the descriptor of the socket.
    <T> T useDescriptor(DescriptorRequest.Use<T> use) throws IOException {
        listener.socket.require();
        try {
            return use.with(listener.socket.number());
        } finally {
            listener.socket.leave();
        }
    }

    /// Sends a packet.
    ///
    /// @param from which of the machine's addresses it is to come from, or null for the socket's
    void send(ByteBuffer packet, SocketAddress client, @Nullable InetAddress from)
            throws IOException {
        if (client instanceof UnixAddress unix && unix.isUnnamed()) {
            throw new DisconnectedException(
                    client,
                    new SocketException(
                            "a Unix datagram client must bind its socket to be answered"));
        }
        Messages usual = packet.remaining() > USUAL_ROOM ? null : free.pollFirst();
        Messages message =
                usual == null ? new Messages(1, Math.max(USUAL_ROOM, packet.remaining())) : usual;
        message.put(0, packet, LinuxAddress.write(client, listener.domain, message.name(0)));
        if (from != null && !from.isMulticastAddress()) {
            sayWhence(message, from);
        }
        packet.position(packet.limit());
        if (Turn.currentMayWait()) {
            send(message, client);
        } else {
            sendOrLater(message, client);
        }
    }

    private void release(Messages message) {
        if (message.packetRoom() == USUAL_ROOM) {
            free.addFirst(message);
        }
    }

    /// Sends now, or lets another thread wait for room: the calling one must not.
    private void sendOrLater(Messages message, SocketAddress client) throws IOException {
        boolean done = true;
        try {
            if (!sendNow(message, client)) {
                LateReplies.send(client, () -> send(message, client));
                done = false;
            }
        } finally {
            if (done) {
                release(message);
            }
        }
    }

    private void sayWhence(Messages message, InetAddress from) {
        if (listener.domain == AF_INET) {
            MemorySegment info = message.putControl(0, IPPROTO_IP, IP_PKTINFO, 12);
            MemorySegment.copy(from.getAddress(), 0, info, JAVA_BYTE, 4, 4);
        } else {
            MemorySegment info = message.putControl(0, IPPROTO_IPV6, IPV6_PKTINFO, 20);
            LinuxAddress.write6(from, info.asSlice(0, 16));
        }
    }

    private void send(Messages message, SocketAddress client) throws IOException {
        try {
            if (!sendNow(message, client)) {
                Turn yielded = Turn.yieldCurrent();
                try {
                    sendWaiting(message, client);
                } finally {
                    Turn.resume(yielded);
                }
            }
        } finally {
            release(message);
        }
    }

    private void sendWaiting(Messages message, SocketAddress client) throws IOException {
        if (listener.domain == AF_UNIX) {
            sendPatiently(message, client);
            return;
        }
        waiting.lock();
        try {
            while (!sendNow(message, client)) {
                if (!listener.socket.awaitWritable(0)) {
                    throw new InterruptedIOException(
                            "reply to %s: interrupted while it waited for room".formatted(client));
                }
            }
        } finally {
            waiting.unlock();
        }
    }

    /// Sends when the client has taken what is in its queue. `poll(2)` does not tell, because the
    /// queue is not ours.
    private void sendPatiently(Messages message, SocketAddress client) throws IOException {
        long start = System.nanoTime();
        for (long nap = FIRST_NAP;
                !sendNow(message, client);
                nap = Math.min(2 * nap, LONGEST_NAP)) {
            if (System.nanoTime() - start > PATIENCE) {
                throw new SocketTimeoutException(
                        "reply to %s: its queue, or our send buffer, was full for 1 s"
                                .formatted(client));
            }
            LockSupport.parkNanos(this, nap);
        }
    }

    /// {@return whether there was room}
    private boolean sendNow(Messages message, SocketAddress client) throws IOException {
        int result;
        listener.socket.require();
        try {
            do {
                result = message.send(listener.socket.number(), 0, 1);
            } while (result == EINTR.result());
        } finally {
            listener.socket.leave();
        }
        if (result > 0) {
            return true;
        }
        if (result == EAGAIN.result()) {
            return false;
        }
        SystemCallException failure = SystemCallException.of(result, "sendmmsg", client);
        boolean gone = failure.is(ECONNREFUSED) || failure.is(ENOENT);
        throw gone ? new DisconnectedException(client, failure) : failure;
    }
}
