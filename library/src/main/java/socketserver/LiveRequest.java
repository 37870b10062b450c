package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.Request;

import java.net.SocketAddress;
import java.time.Instant;
import java.util.Optional;

/// A row of the table of live requests: what a server is busy with.
///
/// Its values are those of the moment at which they are asked, also after the request has ended.
/// Its methods may be called from any thread.
public final class LiveRequest {
    private final Request request;
    // Set and cleared by the thread that runs the handler.
    private volatile @Nullable Thread handler;
    // Set by the serving thread until it has handed the request on.
    private volatile @Nullable Thread taker;
    // Set by the handler's thread when the handler has ended and left the request open.
    private volatile boolean kept;

    /// What a live request is doing.
    public enum State {
        /// It waits for its handler to begin.
        QUEUED,
        /// Its handler runs, or waits for something that the server does not know of.
        HANDLING,
        /// Its handler waits for the client's next bytes.
        READING,
        /// Its handler waits for the client to take bytes.
        WRITING,
        /// Its handler has ended and left it open.
        KEPT,
        /// It was closed.
        CLOSED
    }

    LiveRequest(Request request) {
        this.request = request;
        taker = Thread.currentThread();
    }

    /// {@return the request itself}
    public Request request() {
        return request;
    }

    /// {@return who asks}
    public SocketAddress client() {
        return request.client();
    }

    /// {@return when the server took the request}
    public Instant since() {
        return request.since();
    }

    /// {@return how many bytes came from the client so far}
    public long bytesIn() {
        return request.bytesIn();
    }

    /// {@return how many bytes went to the client so far}
    public long bytesOut() {
        return request.bytesOut();
    }

    /// {@return what it is doing}
    public State state() {
        if (!request.isOpen()) {
            return State.CLOSED;
        }
        return switch (request.waiting()) {
            case READ -> State.READING;
            case WRITE -> State.WRITING;
            case NOTHING -> handler != null ? State.HANDLING : kept ? State.KEPT : State.QUEUED;
        };
    }

    /// {@return the thread that runs its handler at this moment}
    public Optional<Thread> handler() {
        return Optional.ofNullable(handler);
    }

    /// Ends the request at once; a handler that waits in it gets an exception.
    public void close() {
        request.close();
    }

    /// {@return one line: id, client, state, bytes}
    @Override
    public String toString() {
        return "%s, %s, %d bytes in, %d out".formatted(request, state(), bytesIn(), bytesOut());
    }

    void handedOn() {
        taker = null;
    }

    void begin() {
        handler = Thread.currentThread();
        taker = null;
    }

    void end() {
        kept = request.isOpen();
        handler = null;
    }

    /// {@return whether that thread is busy with it: its handler's, or the serving one that takes
    /// it}
    boolean runsOn(@Nullable Thread thread) {
        return thread != null && (thread.equals(handler) || thread.equals(taker));
    }

    boolean isKept() {
        return kept;
    }
}
