package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import socketserver.request.RequestHandler;
import socketserver.request.RequestTask;
import socketserver.request.Server;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Handles each request in another process: a crash, a leak, an `OutOfMemoryError` or a
/// `System.exit` in a handler costs that request alone.
///
/// The JVM cannot fork. A child is a JVM of its own instead, started before it is needed, which is
/// handed the client's connection. The handler and the server travel to it as they are when the
/// request is taken, by Java's serialization: unlike with `fork()` this is no snapshot of the whole
/// process, costs time by the size of what the handler refers to, and static fields do not travel.
/// What a child changes stays in the child.
///
/// A child that is ready has rehearsed: it has unpacked server and handler a few times for nothing,
/// so that their classes are loaded. A `readObject` of theirs runs as often there.
///
/// ## What it costs
///
/// A fresh child takes a JVM's start, some tenths of a second of a processor, and some 40 MB while
/// it lives. A request that finds one ready is answered some milliseconds later than by a thread,
/// and by about 20 ms more for each megabyte that its handler refers to. One is kept ready at
/// first, twice as many whenever a request has found none, and half of those that were not needed
/// for a minute go. Requests that come faster than children start wait for them.
///
/// Children start a third sooner from a cache of their loaded classes (JEP 483, 16 MB), which a
/// process of the lowest priority makes when the first one starts, once for each version of a
/// program that is in jars, in `~/.cache/socketserver` (or `$XDG_CACHE_HOME`); at most ten are
/// kept. [#withJavaOptions(List)] with an option of the JVM for that, `-XX:AOTMode=off` for
/// instance, makes none.
///
/// It needs the linux engine.
public final class ForkingModel implements ConcurrencyModel {
    /// How many children there may be unless a program says otherwise; as in Python.
    public static final int DEFAULT_MAX_CHILDREN = 40;

    private final ChildSettings settings;

    private ForkingModel(ChildSettings settings) {
        this.settings = settings;
    }

    /// {@return the model with default settings: a fresh process for every request}
    public static ForkingModel standard() {
        return new ForkingModel(ChildSettings.DEFAULT);
    }

    /// {@return the same with at most so many children for each server; Python's `max_children`}
    ///
    /// While there are as many, clients wait in the kernel's queue.
    ///
    /// @throws IllegalArgumentException if it is not positive
    public ForkingModel withMaxChildren(int maxChildren) {
        return new ForkingModel(settings.withMaxChildren(maxChildren));
    }

    /// {@return the same with children that handle so many requests, one after the other, before
    /// they end}
    ///
    /// That saves the start of processes, and costs isolation: what a handler leaves behind in
    /// static fields, threads and memory, the next one in that child finds. A child whose handler
    /// has failed ends; a TLS handshake that has failed is none of its doing.
    ///
    /// @param requestsPerChild `Integer.MAX_VALUE` for no end
    /// @throws IllegalArgumentException if it is not positive
    public ForkingModel withRequestsPerChild(int requestsPerChild) {
        return new ForkingModel(settings.withRequestsPerChild(requestsPerChild));
    }

    /// {@return the same with children that are killed if they have not handled a request in that
    /// time; null, as at first, is for ever}
    ///
    /// @throws IllegalArgumentException if it is not positive
    public ForkingModel withRequestTimeout(@Nullable Duration requestTimeout) {
        return new ForkingModel(settings.withRequestTimeout(requestTimeout));
    }

    /// {@return the same with these options of the children's JVMs besides: `-Xmx64m`, say, or
    /// `-Dname=value`}
    public ForkingModel withJavaOptions(List<String> javaOptions) {
        return new ForkingModel(settings.withJavaOptions(List.copyOf(javaOptions)));
    }

    /// {@return the same with these system properties of this process, as they are when a child is
    /// started}
    public ForkingModel withSystemProperties(List<String> names) {
        return new ForkingModel(settings.withSystemProperties(List.copyOf(names)));
    }

    /// {@return at most how many children there are}
    public int maxChildren() {
        return settings.maxChildren();
    }

    @Override
    public int capacity() {
        return settings.maxChildren();
    }

    @Override
    public void check(RequestHandler<?> handler) {
        ChildListener.engine();
        try {
            Travel.pack(handler);
        } catch (IOException thrown) {
            throw new IllegalArgumentException(
                    "the handler cannot go to another process: " + thrown.getMessage(), thrown);
        }
    }

    @Override
    public void prepare(Detached server) throws IOException {
        // First: if it cannot travel there are no children to let go.
        Travel.Packed rehearsal = Rehearsal.pack(server);
        OpenChildren.of(server.server(), settings).prepare(rehearsal);
    }

    @Override
    public void run(RequestTask task) throws IOException {
        if (!(task instanceof MovableTask movable)) {
            throw new UnsupportedOperationException(
                    "%s cannot go to another process".formatted(task.request()));
        }
        OpenChildren.of(task.request().server(), settings).take(Errand.of(movable));
    }

    @Override
    public void serverClosed(Server server) {
        OpenChildren.letGo(server);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ForkingModel model && model.settings.equals(settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return "forking, " + settings;
    }
}
