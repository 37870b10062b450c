package socketserver.benchmark.generator;

import socketserver.benchmark.address.Endpoint;

/// What the generator is to do, a line of JSON on its standard input.
///
/// @param pid the server's process, whose CPU time is counted
/// @param rate requests per second, of an open loop
public record Order(
        Mode mode,
        Endpoint endpoint,
        int connections,
        int size,
        double warmSeconds,
        double seconds,
        long pid,
        double rate) {
    /// How the server is asked.
    public enum Mode {
        /// One byte over a new connection, until it is answered or the time is over.
        AWAIT,
        /// Each connection sends when it has its answer.
        CLOSED,
        /// Requests are due at a fixed rate.
        OPEN,
        /// A connection for each request.
        RECONNECT,
        /// Connections that ask once each and then stay, until the next order.
        HOLD,
        /// Closes what is held.
        RELEASE
    }
}
