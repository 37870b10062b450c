package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Something that a client asks of a server: a connection ([StreamRequest]) or a datagram
/// ([DatagramRequest]).
///
/// It is the one word for both, in every concurrency model, as in Python, where the "request" of a
/// TCP server is the connected socket. A family of one's own extends this class or one of the two.
///
/// Its methods may be called from any thread, except where a method says otherwise.
public abstract class Request {
    private static final Attribute<Runnable> ON_DRAIN = Attribute.named("on drain");
    private static final AtomicLong IDS = new AtomicLong();

    // Written again only before anybody else has the request.
    private long id = IDS.incrementAndGet();
    private long sinceMillis = System.currentTimeMillis();
    private final Server server;
    // Written again only before anybody else has the request.
    private SocketAddress client;
    // Written under the lock of this request.
    private volatile boolean draining;
    // Made when it is first needed, under the lock of this request.
    private volatile @Nullable Seldom seldom;

    /// What few requests have, so that the others pay nothing for it but one reference.
    ///
    /// The tap is here rather than among the attributes, so that a read or write of a request that
    /// has none looks nothing up: it finds a null here, or no such object at all. Nor is there a
    /// count of taps, which would have to be told when a request with a tap is gone.
    private static final class Seldom {
        final Map<Attribute<?>, Object> attributes = new ConcurrentHashMap<>();
        // Set by any thread.
        volatile @Nullable Tapping tapping;
        // Set once, while nobody else reads or writes.
        volatile @Nullable Object layer;
    }

    /// Makes a request of that client to that server.
    protected Request(Server server, SocketAddress client) {
        this.server = server;
        this.client = client;
    }

    /// Takes the number and the time that the request had in the process that it comes from; called
    /// before anybody else has it.
    protected final void cameAs(long id, Instant since) {
        this.id = id;
        sinceMillis = since.toEpochMilli();
    }

    /// Takes the address for which somebody else has connected; called before anybody else has it.
    final void cameFor(SocketAddress client) {
        this.client = client;
    }

    /// {@return a number that no other request of this process has, for logs; in a child process,
    /// that which it has in the server's}
    public final long id() {
        return id;
    }

    /// {@return when the server took the request}
    public final Instant since() {
        return Instant.ofEpochMilli(sinceMillis);
    }

    /// {@return who asks; Python's `client_address`}
    ///
    /// For Unix sockets it is a [UnixAddress], usually the unnamed one.
    public final SocketAddress client() {
        return client;
    }

    /// {@return the address that the client has asked}
    public abstract SocketAddress local();

    /// {@return the server that was asked}
    public final Server server() {
        return server;
    }

    /// {@return the server that was asked, as the class that the program has written}
    ///
    /// @throws ClassCastException if the server is of another class
    public final <S> S server(Class<S> type) {
        if (!type.isInstance(server)) {
            throw new ClassCastException(
                    "the server is a %s, not a %s"
                            .formatted(server.getClass().getName(), type.getName()));
        }
        return type.cast(server);
    }

    /// {@return the value attached with that key, or null}
    @SuppressWarnings(
            "unchecked") // only attribute(key, value) writes, with a value of the key's type
    public final <T> @Nullable T attribute(Attribute<T> key) {
        Seldom rest = seldom;
        return rest == null ? null : (T) rest.attributes.get(key);
    }

    /// Attaches a value to this request; null takes it away.
    public final <T> void attribute(Attribute<T> key, @Nullable T value) {
        Seldom rest = seldom;
        if (value != null) {
            (rest == null ? makeSeldom() : rest).attributes.put(key, value);
        } else if (rest != null) {
            rest.attributes.remove(key);
        }
    }

    private synchronized Seldom makeSeldom() {
        Seldom made = seldom == null ? new Seldom() : seldom;
        seldom = made;
        return made;
    }

    /// Lets that see the request's bytes from the next read or write on, in place of any that did
    /// before; null takes it away. Any thread may, at any time.
    ///
    /// {@snippet class="socketserver.SnippetsTest" region="tap-switched"}
    ///
    /// A packet has been received already: it is told of at once, in the calling thread. Of what is
    /// read or written at the moment some may be seen, also by a tap that is taken away. Not seen
    /// are bytes that were read ahead before, the rest of a file that the kernel is sending already
    /// (later ones go through memory, to be seen), and what another process does that has been
    /// given the request or its socket.
    public final void tap(@Nullable WireTap tap) {
        Seldom rest = seldom;
        if (tap != null) {
            Tapping tapping = new Tapping(this, tap);
            catchUp(tapping);
            (rest == null ? makeSeldom() : rest).tapping = tapping;
        } else if (rest != null) {
            rest.tapping = null;
        }
    }

    /// Notes what the request's bytes go through on their way from and to the socket; called once,
    /// while nobody else reads or writes.
    protected final void layer(Object layer) {
        Seldom rest = seldom;
        (rest == null ? makeSeldom() : rest).layer = layer;
    }

    /// {@return what the request's bytes go through, or null if they are those of the socket}
    protected final @Nullable Object layer() {
        Seldom rest = seldom;
        return rest == null ? null : rest.layer;
    }

    /// {@return what sees the request's bytes at this moment, or null if nothing does}
    public final @Nullable WireTap tap() {
        Tapping tapping = tapping();
        return tapping == null ? null : tapping.tap();
    }

    final @Nullable Tapping tapping() {
        Seldom rest = seldom;
        return rest == null ? null : rest.tapping;
    }

    /// Tells a tap that is about to be put on what has been received already and is still there.
    void catchUp(Tapping tapping) {}

    /// {@return whether the request is to come to an end: its server drains, or it has lasted long}
    ///
    /// A handler that serves one message after the other looks at it after each, tells the client
    /// in the way of its protocol, and returns. One that reads by [StreamRequest#input()] need not:
    /// when it would wait for another message, it finds the end of the client's input instead.
    public final boolean draining() {
        return draining;
    }

    /// Lets that be done when the request is to come to an end, at once if it is already: by the
    /// thread that drains, while the handler goes on; it must not wait.
    public final void onDraining(Runnable action) {
        synchronized (this) {
            if (!draining) {
                Runnable before = attribute(ON_DRAIN);
                attribute(
                        ON_DRAIN,
                        before == null
                                ? action
                                : () -> {
                                    before.run();
                                    action.run();
                                });
                return;
            }
        }
        action.run();
    }

    /// Tells the request's handler that it is to come to an end, by [#draining()]; any thread may.
    public void drain() {
        Runnable action;
        synchronized (this) {
            draining = true;
            action = attribute(ON_DRAIN);
            attribute(ON_DRAIN, null);
        }
        if (action != null) {
            action.run();
        }
    }

    /// {@return how many bytes the client has sent and the server has taken so far}
    public abstract long bytesIn();

    /// {@return how many bytes the server has sent to the client so far}
    public abstract long bytesOut();

    /// {@return what the request waits for at this moment: the client's next bytes, the client's
    /// taking of ours, or neither}
    public Waiting waiting() {
        return Waiting.NOTHING;
    }

    /// Waits for that time; under the selector model the loop's other handlers go on meanwhile.
    ///
    /// @throws InterruptedException if the thread is interrupted
    /// @throws IllegalStateException if a frame handler calls it on a selector's loop
    public final void pause(Duration time) throws InterruptedException {
        this.<@Nullable Void, InterruptedException>giveWay(
                () -> {
                    Thread.sleep(time);
                    return null;
                });
    }

    /// Does something that waits for other things than this request: for a lock, a queue or a
    /// database.
    ///
    /// Under the selector model the loop's other handlers go on meanwhile, which would all stand
    /// still otherwise. It makes no difference under the other models.
    ///
    /// {@snippet class="socketserver.SnippetsTest" region="give-way"}
    ///
    /// @return what comes of the call
    /// @throws IllegalStateException if a frame handler calls it on a selector's loop
    public final <T extends @Nullable Object, X extends Throwable> T giveWay(Turn.Call<T, X> call)
            throws X {
        Turn.requireMayWait();
        Turn yielded = Turn.yieldCurrent();
        try {
            return call.call();
        } finally {
            Turn.resume(yielded);
        }
    }

    /// {@return whether neither side of the server has closed it}
    public abstract boolean isOpen();

    /// Ends the request at once, from any thread; a handler that waits in it gets an exception.
    ///
    /// What was written before is still delivered, but a client whose bytes were not read may see a
    /// reset. Closing twice does nothing. Errors of closing are not reported: there is nothing that
    /// a caller could do.
    public abstract void close();

    @Override
    public final boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public final int hashCode() {
        return Long.hashCode(id);
    }

    @Override
    public String toString() {
        return "request " + id + " from " + client;
    }

    /// What a request waits for.
    public enum Waiting {
        /// Nothing: its handler runs, or has not begun.
        NOTHING,
        /// The client's next bytes.
        READ,
        /// The client's taking of bytes that were written.
        WRITE
    }
}
