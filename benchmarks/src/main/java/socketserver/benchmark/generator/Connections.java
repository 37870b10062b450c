package socketserver.benchmark.generator;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Connections that last, each with at most one request under way.
///
/// Where the kernel has no room for a request, it stands in a queue and is sent by
/// [#sendWaiting()].
final class Connections implements AutoCloseable {
    private static final int RECEIVE_BYTES = 128 * 1024;

    final Target target;
    final int size;
    private final Epoll epoll = new Epoll();
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment outgoing;
    private final MemorySegment incoming = arena.allocate(RECEIVE_BYTES, 64);
    private final int[] sockets;
    private final int[] sent;
    private final int[] received;
    // A ring, with room for all of them.
    private final int[] waiting;
    private int firstWaiting;
    private int waitingCount;

    Connections(Target target, int count, int size) throws IOException {
        this.target = target;
        this.size = size;
        outgoing = arena.allocate(size, 64).fill((byte) 'x');
        sockets = new int[count];
        Arrays.fill(sockets, -1);
        sent = new int[count];
        received = new int[count];
        waiting = new int[count];
        try {
            for (int i = 0; i < count; i++) {
                sockets[i] = target.openConnected();
                epoll.add(sockets[i], Epoll.IN, i);
            }
        } catch (IOException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    int count() {
        return sockets.length;
    }

    Epoll epoll() {
        return epoll;
    }

    /// Begins a request.
    void send(int connection) throws IOException {
        sent[connection] = 0;
        received[connection] = 0;
        if (!sendRest(connection)) {
            waiting[(firstWaiting + waitingCount++) % waiting.length] = connection;
        }
    }

    private boolean sendRest(int connection) throws IOException {
        while (sent[connection] < size) {
            int count =
                    Linux.send(
                            sockets[connection],
                            outgoing.address() + sent[connection],
                            size - sent[connection]);
            if (count == -Linux.EAGAIN) {
                return false;
            }
            Errors.check("send", count);
            sent[connection] += count;
        }
        return true;
    }

    /// Sends what had no room before.
    ///
    /// @return whether all is sent
    boolean sendWaiting() throws IOException {
        while (waitingCount > 0) {
            if (!sendRest(waiting[firstWaiting])) {
                return false;
            }
            firstWaiting = (firstWaiting + 1) % waiting.length;
            waitingCount--;
        }
        return true;
    }

    /// Receives what is there.
    ///
    /// @return whether the answer is complete now
    boolean receive(int connection) throws IOException {
        int count = Linux.recv(sockets[connection], incoming.address(), RECEIVE_BYTES);
        if (count == -Linux.EAGAIN) {
            return false;
        }
        return add(connection, count);
    }

    private boolean add(int connection, int count) throws IOException {
        Errors.check("recv", count);
        if (count == 0) {
            throw new IOException("the server has closed a connection");
        }
        received[connection] += count;
        return received[connection] >= size;
    }

    /// Sends a request over each connection, one after the other, and waits for its answer.
    void askEach() throws IOException {
        for (int i = 0; i < sockets.length; i++) {
            send(i);
            boolean complete = false;
            while (!complete) {
                complete = add(i, Linux.recvWaiting(sockets[i], incoming.address(), RECEIVE_BYTES));
            }
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < sockets.length; i++) {
            if (sockets[i] >= 0) {
                target.reset(sockets[i]);
                sockets[i] = -1;
            }
        }
        epoll.close();
        arena.close();
    }
}
