package socketserver.benchmark.generator;

import java.io.IOException;

/// An open loop: requests are due at a fixed rate, whatever the server does, and latencies count
/// from when a request was due, so that a server that stalls cannot hide it by getting fewer.
///
/// Request n is due at n / rate and belongs to connection n modulo their number. A connection that
/// still waits for an answer sends late.
final class OpenLoop implements Load {
    private final Connections connections;
    private final double nanosBetween;
    // Of each connection: how many of its requests were answered, and how many are due and not
    // sent.
    private final long[] answers;
    private final long[] late;
    private final boolean[] busy;
    private long begin;

    OpenLoop(Connections connections, double rate) {
        this.connections = connections;
        nanosBetween = 1e9 / rate;
        answers = new long[connections.count()];
        late = new long[connections.count()];
        busy = new boolean[connections.count()];
    }

    @Override
    public void run(Recorder recorder) throws IOException {
        Epoll epoll = connections.epoll();
        begin = System.nanoTime();
        recorder.start(begin);
        long next = 0;
        while (true) {
            // Never waits: the kernel's timer would be late by more than the latencies measured.
            int count = epoll.await(0);
            long now = System.nanoTime();
            if (!recorder.goesOn(now)) {
                return;
            }
            for (int event = 0; event < count; event++) {
                int connection = epoll.token(event);
                if (connections.receive(connection)) {
                    answered(connection, recorder);
                }
            }
            connections.sendWaiting();
            for (; due(next) <= now; next++) {
                int connection = (int) (next % busy.length);
                if (busy[connection]) {
                    late[connection]++;
                } else {
                    busy[connection] = true;
                    connections.send(connection);
                }
            }
        }
    }

    private void answered(int connection, Recorder recorder) throws IOException {
        long number = answers[connection]++ * busy.length + connection;
        recorder.answered(System.nanoTime() - due(number));
        if (late[connection] > 0) {
            late[connection]--;
            connections.send(connection);
        } else {
            busy[connection] = false;
        }
    }

    private long due(long number) {
        return begin + (long) (number * nanosBetween);
    }
}
