package socketserver.benchmark.server;

import socketserver.benchmark.address.Endpoint;

/// A way to serve echoes.
interface EchoServer {
    /// Listens there and serves; may return when other threads go on.
    ///
    /// @throws UnsupportedOperationException if it has no such family
    void serve(Endpoint endpoint) throws Exception;

    /// {@return how many bytes a server that holds a buffer for each connection reads at once}
    ///
    /// Little where ten thousand idle connections are weighed: else one would weigh this buffer.
    static int bufferSize() {
        return Integer.getInteger("benchmark.buffer", 16 * 1024);
    }
}
