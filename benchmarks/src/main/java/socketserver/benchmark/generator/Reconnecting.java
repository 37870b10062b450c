package socketserver.benchmark.generator;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Connects, asks once, closes; so many at the same time.
final class Reconnecting implements Load, AutoCloseable {
    private static final int RECEIVE_BYTES = 128 * 1024;

    private final Target target;
    private final int size;
    private final Epoll epoll = new Epoll();
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment outgoing;
    private final MemorySegment incoming = arena.allocate(RECEIVE_BYTES, 64);
    private final int[] sockets;
    private final int[] received;
    private final boolean[] connected;
    private final long[] begun;

    Reconnecting(Target target, int count, int size) throws IOException {
        this.target = target;
        this.size = size;
        outgoing = arena.allocate(size, 64).fill((byte) 'x');
        sockets = new int[count];
        received = new int[count];
        connected = new boolean[count];
        begun = new long[count];
    }

    @Override
    public void run(Recorder recorder) throws IOException {
        recorder.start(System.nanoTime());
        for (int i = 0; i < sockets.length; i++) {
            connect(i);
        }
        while (true) {
            int count = epoll.await(100);
            if (!recorder.goesOn(System.nanoTime())) {
                return;
            }
            for (int event = 0; event < count; event++) {
                advance(epoll.token(event), epoll.happened(event), recorder);
            }
        }
    }

    private void connect(int i) throws IOException {
        begun[i] = System.nanoTime();
        received[i] = 0;
        sockets[i] = target.open(true);
        int result = target.connect(sockets[i]);
        connected[i] = result == 0;
        if (connected[i]) {
            send(i);
        } else if (result != -Linux.EINPROGRESS) {
            Errors.check("connect", result);
        }
        epoll.add(sockets[i], connected[i] ? Epoll.IN : Epoll.IN | Epoll.OUT, i);
    }

    private void send(int i) throws IOException {
        int count = Linux.send(sockets[i], outgoing.address(), size);
        Errors.check("send", count);
        if (count < size) {
            throw new IOException("a new connection takes %d of %d bytes".formatted(count, size));
        }
    }

    private void advance(int i, int happened, Recorder recorder) throws IOException {
        if (!connected[i]) {
            if ((happened & Epoll.ERROR) != 0) {
                recorder.failed();
                reconnect(i);
                return;
            }
            connected[i] = true;
            send(i);
            epoll.modify(sockets[i], Epoll.IN, i);
            return;
        }
        int count = Linux.recv(sockets[i], incoming.address(), RECEIVE_BYTES);
        if (count == -Linux.EAGAIN) {
            return;
        }
        if (count <= 0) {
            recorder.failed();
            reconnect(i);
            return;
        }
        received[i] += count;
        if (received[i] >= size) {
            recorder.answered(System.nanoTime() - begun[i]);
            reconnect(i);
        }
    }

    private void reconnect(int i) throws IOException {
        Linux.close(sockets[i]);
        sockets[i] = -1;
        connect(i);
    }

    @Override
    public void close() {
        for (int socket : sockets) {
            if (socket > 0) {
                Linux.close(socket);
            }
        }
        epoll.close();
        arena.close();
    }
}
