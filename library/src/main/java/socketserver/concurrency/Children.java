package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import socketserver.request.Server;
import socketserver.transport.Engine;

import java.io.IOException;
import java.lang.System.Logger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// The children of a forking model: those that wait for a request, and the requests that wait for a
/// child.
///
/// Children are started ahead. How many are kept ready grows with the need, doubling whenever a
/// request has had to wait for one, and falls by one for each while in which all were not needed.
final class Children {
    private static final int FEWEST_SPARES = 1;
    private static final long SHRINK_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MOST_ATTEMPTS = 3;
    // At a time: more would not be ready sooner, and the first ones later.
    private static final int MOST_STARTING = 2 * Runtime.getRuntime().availableProcessors();
    private static final int MOST_FAILED_STARTS = 5;
    // By server and settings. Guarded by this class.
    private static final IdentityHashMap<Server, Map<ChildSettings, Children>> OPEN =
            new IdentityHashMap<>();

    private final ChildSettings settings;
    private final ChildListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    // All guarded by the lock.
    private final Deque<Child> idle = new ArrayDeque<>();
    private final Deque<Errand> waiting = new ArrayDeque<>();
    private final Set<Child> living = new HashSet<>();
    private int spares = FEWEST_SPARES;
    private int fewestIdle;
    private long nextShrink = System.nanoTime() + SHRINK_NANOS;
    private int failedStarts;
    private int numbers;
    private boolean letGo;
    // Set before the first child is started, if at all.
    private volatile Travel.@Nullable Packed rehearsal;

    /// Where a child stands.
    enum Standing {
        /// It is being started.
        STARTING,
        /// It waits for an errand.
        IDLE,
        /// It has an errand.
        BUSY,
        /// It is to end, or has ended.
        LEAVING
    }

    /// Opens the place where children find their server.
    @SuppressWarnings("this-escape") // the listener's thread finds nothing living yet
    private Children(ChildSettings settings) throws IOException {
        this.settings = settings;
        listener = ChildListener.open(requireEngine(), this);
    }

    /// {@return the children of that server with those settings}
    ///
    /// @throws UnsupportedOperationException if this process has no linux engine
    static Children of(Server server, ChildSettings settings) throws IOException {
        synchronized (Children.class) {
            Map<ChildSettings, Children> ofServer =
                    OPEN.computeIfAbsent(server, _ -> new HashMap<>());
            Children children = ofServer.get(settings);
            if (children == null) {
                children = new Children(settings);
                ofServer.put(settings, children);
            }
            return children;
        }
    }

    /// Lets all children of a server go that wait, and the others when they are done.
    static void letGo(Server server) {
        Map<ChildSettings, Children> ofServer;
        synchronized (Children.class) {
            ofServer = OPEN.remove(server);
        }
        if (ofServer != null) {
            ofServer.values().forEach(Children::letGo);
        }
    }

    /// {@return the engine that can pass open files on}
    ///
    /// @throws UnsupportedOperationException if this process has another one
    static Engine requireEngine() {
        Engine engine = Engine.chosen();
        if (!engine.name().equals("linux")) {
            throw new UnsupportedOperationException(
                    "a forking server needs the linux engine, this is the %s engine: start the JVM"
                                    .formatted(engine.name())
                            + " on Linux, with --enable-native-access=socketserver (ALL-UNNAMED on"
                            + " the class path)");
        }
        return engine;
    }

    Travel.@Nullable Packed rehearsal() {
        return rehearsal;
    }

    ChildSettings settings() {
        return settings;
    }

    static Logger log() {
        return System.getLogger("socketserver");
    }

    /// Starts the first spare child.
    ///
    /// @param rehearsal the server as children get it, so that they load its classes ahead
    void prepare(Travel.Packed rehearsal) {
        lock.lock();
        try {
            this.rehearsal = rehearsal;
            startMissing();
        } finally {
            lock.unlock();
        }
    }

    /// Gives an errand to a child, at once or when there is one.
    void take(Errand errand) {
        lock.lock();
        try {
            Child child = idle.pollFirst();
            fewestIdle = Math.min(fewestIdle, idle.size());
            if (child == null) {
                spares = Math.min(2 * spares, settings.maxChildren());
                waiting.add(errand);
                startMissing();
            } else {
                // Another is started when this one has it: that takes the processors for a while.
                child.standing = Standing.BUSY;
                child.give(errand);
            }
            shrink();
        } finally {
            lock.unlock();
        }
    }

    private int count(Standing standing) {
        return (int) living.stream().filter(child -> child.standing == standing).count();
    }

    private void shrink() {
        long now = System.nanoTime();
        if (now - nextShrink >= 0) {
            if (fewestIdle > 0 && spares > FEWEST_SPARES) {
                spares--;
            }
            fewestIdle = idle.size();
            nextShrink = now + SHRINK_NANOS;
        }
    }

    /// Starts as many children as requests wait for, and spares.
    private void startMissing() {
        int wanted = waiting.size() + (letGo ? 0 : spares);
        int most = Math.min(wanted, settings.maxChildren() - count(Standing.BUSY));
        for (int starting = count(Standing.STARTING);
                idle.size() + starting < most && starting < MOST_STARTING;
                starting++) {
            Child child = new Child(this, ++numbers);
            living.add(child);
            List<String> arguments =
                    List.of(listener.name(), Integer.toString(settings.requestsPerChild()));
            child.start(arguments);
        }
    }

    // Called by the children's threads.

    /// {@return what a child that is ready has to do at once, or null if it has to wait for what it
    /// is given}
    @Nullable Errand ready(Child child) {
        lock.lock();
        try {
            failedStarts = 0;
            Errand errand = waiting.pollFirst();
            if (errand != null) {
                child.standing = Standing.BUSY;
                startMissing();
                return errand;
            }
            if (letGo || idle.size() >= spares) {
                child.standing = Standing.LEAVING;
                child.give(null);
            } else {
                child.standing = Standing.IDLE;
                idle.addFirst(child);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /// Notes that a child has what it was given.
    void taken() {
        lock.lock();
        try {
            startMissing();
        } finally {
            lock.unlock();
        }
    }

    /// Notes that a child does nothing more.
    void leaves(Child child) {
        lock.lock();
        try {
            idle.remove(child);
            child.standing = Standing.LEAVING;
            startMissing();
        } finally {
            lock.unlock();
        }
    }

    /// Ends a child that has taken too long to start.
    void endUnlessReady(Child child) {
        lock.lock();
        try {
            if (child.standing == Standing.STARTING) {
                child.kill();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Notes that a process has ended, or could not be started.
    ///
    /// @param reason what to report if it had not been ready
    void ended(Child child, IOException reason) {
        Deque<Errand> given = new ArrayDeque<>();
        boolean failed;
        lock.lock();
        try {
            failed = child.standing == Standing.STARTING && !letGo;
            if (idle.remove(child)) {
                child.give(null);
            }
            if (child.standing != Standing.BUSY) {
                // Its thread says so itself when it is over with the errand.
                child.standing = Standing.LEAVING;
            }
            living.remove(child);
            failedStarts += failed ? 1 : 0;
            if (failedStarts >= MOST_FAILED_STARTS) {
                given.addAll(waiting);
                waiting.clear();
                failedStarts = 0;
            } else {
                startMissing();
            }
            wakeIfOver();
        } finally {
            lock.unlock();
        }
        if (failed) {
            log().log(Logger.Level.WARNING, "a child process could not be started", reason);
        }
        given.forEach(errand -> errand.task().failed(reason));
    }

    /// Takes back an errand whose child has died before it had it.
    void again(Errand errand, IOException reason) {
        if (errand.attempts() + 1 >= MOST_ATTEMPTS) {
            errand.task().failed(reason);
        } else {
            take(errand.again());
        }
    }

    private void letGo() {
        lock.lock();
        try {
            letGo = true;
            for (Child child; (child = idle.pollFirst()) != null; ) {
                child.standing = Standing.LEAVING;
                child.give(null);
            }
            if (waiting.isEmpty()) {
                living.stream()
                        .filter(child -> child.standing == Standing.STARTING)
                        .forEach(Child::kill);
            }
            wakeIfOver();
        } finally {
            lock.unlock();
        }
    }

    private void wakeIfOver() {
        if (isOver()) {
            listener.wakeUp();
        }
    }

    /// {@return whether all were let go and have ended}
    boolean isOver() {
        lock.lock();
        try {
            return letGo && living.isEmpty() && waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// {@return the child that is the process of that number, or null if none is}
    @Nullable Child living(long pid) {
        lock.lock();
        try {
            return living.stream().filter(child -> child.is(pid)).findAny().orElse(null);
        } finally {
            lock.unlock();
        }
    }
}
