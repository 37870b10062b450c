package socketserver.concurrency;

import socketserver.request.Server;
import socketserver.transport.Engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The loops of a model: opened when they are needed, and closed with the last server that uses
/// them.
final class Loops {
    private final SelectorSettings settings;
    private final List<LoopTurn> turns = new ArrayList<>();
    private final BlockingWatch watch;
    private final AtomicInteger next = new AtomicInteger();
    private final Set<Server> users = ConcurrentHashMap.newKeySet();
    // What keeps the JVM alive while there are connections.
    private final KeepAlive keepAlive = new KeepAlive();
    // By the engine that they wait by. Written under the lock of this.
    private volatile Map<Engine, List<Loop>> open = Map.of();

    Loops(SelectorSettings settings) {
        this.settings = settings;
        for (int i = 0; i < settings.loops(); i++) {
            turns.add(new LoopTurn());
        }
        watch = new BlockingWatch(turns, settings.blockingThreshold());
    }

    SelectorSettings settings() {
        return settings;
    }

    /// {@return how many handlers have held their loops for longer than the threshold}
    long blockings() {
        return watch.found();
    }

    /// Notes that a server uses the loops until it lets go.
    void use(Server server) {
        if (!users.contains(server)) {
            synchronized (this) {
                users.add(server);
                watch.start();
            }
        }
    }

    /// Closes the loops if no other server uses them.
    void letGo(Server server) {
        List<Loop> ending = new ArrayList<>();
        synchronized (this) {
            if (!users.remove(server) || !users.isEmpty()) {
                return;
            }
            open.values().forEach(ending::addAll);
            open = Map.of();
            watch.stop();
        }
        ending.forEach(Loop::end);
        ending.forEach(Loop::join);
    }

    LoopTurn firstTurn() {
        return turns.getFirst();
    }

    /// {@return the turn of the loop whose request the next one is}
    LoopTurn nextTurn() {
        return turns.get(nextIndex());
    }

    private int nextIndex() {
        return turns.size() == 1 ? 0 : Math.floorMod(next.getAndIncrement(), turns.size());
    }

    /// {@return the loop that takes the requests of servers of that engine}
    Loop first(Engine engine) {
        return of(engine).getFirst();
    }

    /// {@return the loop whose request the next one is}
    Loop next(Engine engine) {
        return of(engine).get(nextIndex());
    }

    /// {@return the loop whose request the next one is, among those of that one's engine}
    Loop next(Loop loop) {
        return turns.size() == 1 ? loop : next(loop.engine());
    }

    private List<Loop> of(Engine engine) {
        List<Loop> there = open.get(engine);
        return there == null ? opened(engine) : there;
    }

    private synchronized List<Loop> opened(Engine engine) {
        List<Loop> there = open.get(engine);
        if (there != null) {
            return there;
        }
        List<Loop> made = new ArrayList<>();
        try {
            for (LoopTurn turn : turns) {
                made.add(
                        new Loop(
                                turn,
                                settings.outputLimits(),
                                engine,
                                keepAlive,
                                "socketserver-loop-" + (made.size() + 1)));
            }
        } catch (IOException thrown) {
            made.forEach(Loop::end);
            throw new UncheckedIOException("a selector's loop cannot be opened", thrown);
        }
        Map<Engine, List<Loop>> all = new HashMap<>(open);
        all.put(engine, List.copyOf(made));
        open = Map.copyOf(all);
        return made;
    }
}
