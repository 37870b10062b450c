package socketserver.transport;

import socketserver.request.OutputOverflowException;

import java.net.SocketAddress;
import java.util.concurrent.Semaphore;

/// Packets of threads that must not wait, which other threads send when there is room.
final class LateReplies {
    /// How many packets wait at most in the whole process.
    static final int MOST = 1024;

    private static final Semaphore ROOM = new Semaphore(MOST);

    private LateReplies() {}

    /// Something that waits and sends.
    interface Sending {
        void send() throws Exception;
    }

    /// Lets another thread do that.
    ///
    /// What fails is lost, as packets are.
    ///
    /// @throws OutputOverflowException if too many wait already
    static void send(SocketAddress client, Sending sending) throws OutputOverflowException {
        if (!ROOM.tryAcquire()) {
            throw new OutputOverflowException(
                    "%s is sent too much: more than the limit of %d packets would wait for room"
                            .formatted(client, MOST));
        }
        Thread.startVirtualThread(
                () -> {
                    try {
                        sending.send();
                    } catch (Exception lost) {
                        // Nobody waits for what comes of it.
                    } finally {
                        ROOM.release();
                    }
                });
    }
}
