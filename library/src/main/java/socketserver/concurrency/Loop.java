package socketserver.concurrency;

import socketserver.framing.FramedStreams;
import socketserver.request.RequestTask;
import socketserver.request.Turn;
import socketserver.transport.Engine;
import socketserver.transport.Listener;
import socketserver.transport.Multiplexer;
import socketserver.transport.PolledServing;
import socketserver.transport.Timers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/// One thread that serves many connections: it waits for all of them at once, and gives each that
/// has something the time of a slice.
///
/// All that it does besides waiting it does in its turn. Fields are the thread's alone unless they
/// say otherwise.
final class Loop {
    /// How many requests are taken between two looks at the others.
    private static final int ACCEPTS = 16;

    /// How many actions of other threads are done between two looks at the others.
    private static final int ACTIONS = 256;

    private static final int BUFFER = 64 * 1024;

    private final LoopTurn turn;
    private final OutputLimits outputLimits;
    private final Engine engine;
    private final KeepAlive keepAlive;
    // Any thread's.
    private final Multiplexer multiplexer;
    private final Timers timers = new Timers();
    // Of the connections that have some.
    private final Map<FramedConnection<?>, Set<ScheduledAction>> scheduled =
            new ConcurrentHashMap<>();
    private final Queue<Runnable> actions = new ConcurrentLinkedQueue<>();
    private final LoopThread thread;

    private final ByteBuffer buffer;
    private final List<PolledListener> listeners = new ArrayList<>();
    // Those that have more to do.
    private final ArrayDeque<FramedConnection<?>> again = new ArrayDeque<>();
    private int connections;
    // The clock of System.nanoTime() when it last has waited.
    private long now = System.nanoTime();

    // Whether it waits, or is about to: others must wake it. Written by the thread.
    private volatile boolean waits;
    // Whether it ends as soon as nothing is left to do. Written by any thread.
    private volatile boolean ending;

    Loop(LoopTurn turn, OutputLimits outputLimits, Engine engine, KeepAlive keepAlive, String name)
            throws IOException {
        this.turn = turn;
        this.outputLimits = outputLimits;
        this.engine = engine;
        this.keepAlive = keepAlive;
        multiplexer = engine.openMultiplexer();
        buffer = multiplexer.newBuffer(BUFFER);
        thread = new LoopThread(this, name);
        thread.start();
    }

    // For any thread

    /// Does something soon.
    void execute(Runnable action) {
        actions.add(action);
        wake();
    }

    private void wake() {
        if (waits && Thread.currentThread() != thread) {
            multiplexer.wakeUp();
        }
    }

    /// Lets a timer be called at that time or before.
    void at(Timers.Timer timer, long nanoTime) {
        if (timers.enter(timer, nanoTime)) {
            wake();
        }
    }

    void remove(Timers.Timer timer) {
        timers.remove(timer);
    }

    /// Lets an action of a connection be done at that time, unless the connection ends before.
    void schedule(FramedConnection<?> connection, ScheduledAction action, long nanoTime) {
        scheduled.computeIfAbsent(connection, _ -> ConcurrentHashMap.newKeySet()).add(action);
        at(action, nanoTime);
        if (connection.isFinished()) {
            forget(connection);
        }
    }

    /// Notes that an action was done, or is not to be.
    void done(FramedConnection<?> connection, ScheduledAction action) {
        scheduled.computeIfPresent(
                connection,
                (_, actions) -> actions.remove(action) && actions.isEmpty() ? null : actions);
    }

    /// Forgets the actions of a connection that has ended.
    void forget(FramedConnection<?> connection) {
        Set<ScheduledAction> actions = scheduled.remove(connection);
        if (actions != null) {
            actions.forEach(timers::remove);
        }
    }

    Engine engine() {
        return engine;
    }

    OutputLimits outputLimits() {
        return outputLimits;
    }

    boolean isHere() {
        return Thread.currentThread() == thread;
    }

    /// Serves a server until that stops; the calling thread waits.
    void serve(PolledServing serving, Listener<?> listener) {
        PolledListener polled = new PolledListener(this, serving, listener);
        execute(() -> listen(polled));
        polled.join();
    }

    /// Opens a connection.
    void open(LastingTask task, FramedStreams<?> frames) {
        if (isHere()) {
            FramedConnection.open(this, task, frames);
        } else {
            execute(() -> FramedConnection.open(this, task, frames));
        }
    }

    /// Does a task that does not last.
    void handle(RequestTask task) {
        if (isHere()) {
            turn.step();
            task.run();
        } else {
            execute(task);
        }
    }

    /// Lets the thread end as soon as nothing is left to do.
    void end() {
        ending = true;
        wake();
    }

    /// Waits until the thread has ended, for a while.
    void join() {
        if (isHere()) {
            return;
        }
        // The thread needs the turn to end.
        Turn yielded = Turn.yieldCurrent();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            Turn.resume(yielded);
        }
    }

    // For the thread itself

    Multiplexer multiplexer() {
        return multiplexer;
    }

    /// {@return what all connections read into, empty}
    ByteBuffer buffer() {
        return buffer.clear();
    }

    /// {@return the clock of `System.nanoTime()`, as it was when this has last waited}
    long now() {
        return now;
    }

    /// Notes that something has been called.
    void step() {
        turn.step();
    }

    /// Lets a connection go on when the others had their turn.
    void again(FramedConnection<?> connection) {
        again.add(connection);
    }

    void opened() {
        connections++;
        keepAlive.begin();
    }

    void closed() {
        connections--;
        keepAlive.end();
    }

    private void listen(PolledListener listener) {
        listeners.add(listener);
        listener.begin(multiplexer);
    }

    void run() {
        turn.run(this::turnAround);
        multiplexer.close();
    }

    private void turnAround() {
        while (!(ending
                && connections == 0
                && listeners.isEmpty()
                && actions.isEmpty()
                && again.isEmpty())) {
            try {
                turnOnce();
            } catch (Throwable thrown) {
                // Whatever a handler, a hook or an action has thrown was reported where it belongs:
                // this is an Error of a request that nobody serves for ever, or our own fault.
                report(thrown);
            }
        }
    }

    private static void report(Throwable thrown) {
        Thread self = Thread.currentThread();
        self.getUncaughtExceptionHandler().uncaughtException(self, thrown);
    }

    private void turnOnce() throws IOException {
        await();
        timers.run();
        Runnable action;
        for (int i = 0; i < ACTIONS && (action = actions.poll()) != null; i++) {
            turn.step();
            action.run();
        }
        goOn();
        for (int i = listeners.size() - 1; i >= 0; i--) {
            if (!listeners.get(i).turn(ACCEPTS, now)) {
                listeners.remove(i);
            }
        }
    }

    private void goOn() {
        for (int left = again.size(); left > 0; left--) {
            again.remove().turn();
        }
    }

    /// {@return how many nanoseconds it may wait; negative is for ever}
    private long untilNext() {
        if (!again.isEmpty() || !actions.isEmpty()) {
            return 0;
        }
        long left = timers.left();
        for (PolledListener listener : listeners) {
            long until = listener.left(now);
            left = left < 0 || (until >= 0 && until < left) ? until : left;
        }
        return left;
    }

    private void await() throws IOException {
        if ((!again.isEmpty() || !actions.isEmpty()) && !turn.isAwaited()) {
            multiplexer.await(0);
        } else {
            // In this order: what is handed over, or entered, later wakes this thread.
            waits = true;
            turn.giveUp();
            try {
                multiplexer.await(ending && isIdle() ? 0 : untilNext());
            } finally {
                waits = false;
                turn.take();
            }
        }
        now = System.nanoTime();
        multiplexer.tell();
    }

    private boolean isIdle() {
        return connections == 0 && listeners.isEmpty();
    }
}
