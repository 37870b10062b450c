package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.System.Logger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// The children of a forking model: those that wait for a request, and the requests that wait for a
/// child.
final class Children {
    private static final int MOST_ATTEMPTS = 3;
    // At a time: more would not be ready sooner, and the first ones later.
    private static final int MOST_STARTING = 2 * Runtime.getRuntime().availableProcessors();
    private static final int MOST_FAILED_STARTS = 5;
    private final ChildSettings settings;
    private final ChildListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    // All guarded by the lock.
    private final Deque<Child> idle = new ArrayDeque<>();
    private final Deque<Errand> waiting = new ArrayDeque<>();
    private final Set<Child> living = new HashSet<>();
    private final Spares spares;
    private int failedStarts;
    private int numbers;
    private boolean letGo;
    private boolean toBeThinned;
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
    ///
    /// @throws UnsupportedOperationException if this process has no linux engine
    @SuppressWarnings("this-escape") // the listener's thread finds nothing living yet
    Children(ChildSettings settings) throws IOException {
        this.settings = settings;
        spares = new Spares(settings.maxChildren(), System.nanoTime());
        listener = ChildListener.open(this);
    }

    Travel.@Nullable Packed rehearsal() {
        return rehearsal;
    }

    ChildSettings settings() {
        return settings;
    }

    static Logger log() {
        return System.getLogger("socketserver.forking");
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
            spares.idle(idle.size(), System.nanoTime());
            if (child == null) {
                spares.tooFew();
                thinLater();
                waiting.add(errand);
                startMissing();
            } else {
                // Another is started when this one has it: that takes the processors for a while.
                child.standing = Standing.BUSY;
                child.give(errand);
            }
        } finally {
            lock.unlock();
        }
    }

    private int count(Standing standing) {
        return (int) living.stream().filter(child -> child.standing == standing).count();
    }

    /// Starts as many children as requests wait for, and spares.
    private void startMissing() {
        int wanted = waiting.size() + (letGo ? 0 : spares.number());
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

    private void thinLater() {
        if (!toBeThinned && !letGo && spares.isMany()) {
            toBeThinned = true;
            CompletableFuture.delayedExecutor(Spares.WHILE_NANOS, TimeUnit.NANOSECONDS)
                    .execute(this::thin);
        }
    }

    /// Lets those go that are not needed any more.
    private void thin() {
        lock.lock();
        try {
            spares.idle(idle.size(), System.nanoTime());
            while (idle.size() > spares.number()) {
                letGo(idle.removeLast());
            }
            toBeThinned = false;
            thinLater();
        } finally {
            lock.unlock();
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
            if (letGo || idle.size() >= spares.number()) {
                letGo(child);
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

    private static void letGo(Child child) {
        child.standing = Standing.LEAVING;
        child.give(null);
    }

    /// Lets all go that wait, and the others when they are done.
    void letGo() {
        lock.lock();
        try {
            letGo = true;
            for (Child child; (child = idle.pollFirst()) != null; ) {
                letGo(child);
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
