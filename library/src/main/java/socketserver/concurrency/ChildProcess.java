package socketserver.concurrency;

import socketserver.request.Request;

import java.net.SocketAddress;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/// A process that handles a request of a forking server; one of Python's `active_children`.
///
/// @param process the process itself
/// @param request what it handles
/// @param since when it was given the request
/// @param exit the status of the process once it has ended: what it gave to `System.exit`, or 128
///   and the number of the signal that has killed it; one future for all requests that the process
///   handles
public record ChildProcess(
        ProcessHandle process, Request request, Instant since, CompletableFuture<Integer> exit) {
    /// {@return who asks}
    public SocketAddress client() {
        return request.client();
    }
}
