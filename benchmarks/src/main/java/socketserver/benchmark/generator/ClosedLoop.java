package socketserver.benchmark.generator;

import java.io.IOException;

/// A closed loop: every connection sends its next request when it has the answer to the last.
final class ClosedLoop implements Load {
    // A datagram may be lost; what waits longer than this is counted as lost and sent anew.
    private static final long LOST_NANOS = 200_000_000;

    private final Connections connections;
    private final long[] begun;
    private long nextLook;

    ClosedLoop(Connections connections) {
        this.connections = connections;
        begun = new long[connections.count()];
    }

    @Override
    public void run(Recorder recorder) throws IOException {
        Epoll epoll = connections.epoll();
        recorder.start(System.nanoTime());
        for (int i = 0; i < begun.length; i++) {
            begun[i] = System.nanoTime();
            connections.send(i);
        }
        nextLook = System.nanoTime() + LOST_NANOS;
        while (true) {
            int count = epoll.await(connections.sendWaiting() ? 100 : 0);
            long now = System.nanoTime();
            if (!recorder.goesOn(now)) {
                return;
            }
            if (connections.target.isDatagram() && now > nextLook) {
                sendLostAnew(now, recorder);
            }
            for (int event = 0; event < count; event++) {
                int connection = epoll.token(event);
                if (connections.receive(connection)) {
                    long answered = System.nanoTime();
                    recorder.answered(answered - begun[connection]);
                    begun[connection] = answered;
                    connections.send(connection);
                }
            }
        }
    }

    private void sendLostAnew(long now, Recorder recorder) throws IOException {
        nextLook = now + LOST_NANOS;
        if (!connections.sendWaiting()) {
            return;
        }
        for (int i = 0; i < begun.length; i++) {
            if (now - begun[i] > LOST_NANOS) {
                recorder.lost();
                begun[i] = now;
                connections.send(i);
            }
        }
    }
}
