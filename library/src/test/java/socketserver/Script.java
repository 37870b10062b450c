package socketserver;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Which hooks were called in which order, and what each is to throw.
final class Script {
    private final Queue<String> calls = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> reported = new ConcurrentLinkedQueue<>();
    private final Map<String, Throwable> faults = new ConcurrentHashMap<>();
    private final Map<String, Runnable> actions = new ConcurrentHashMap<>();

    /// Lets a hook throw from now on.
    Script fail(String hook, Throwable fault) {
        faults.put(hook, fault);
        return this;
    }

    /// Lets a hook do something from now on.
    Script at(String hook, Runnable action) {
        actions.put(hook, action);
        return this;
    }

    void calmDown() {
        faults.clear();
        actions.clear();
        calls.clear();
        reported.clear();
    }

    /// Notes a call, does what was asked for, and throws what is to be thrown.
    void call(String hook) {
        calls.add(hook);
        Runnable action = actions.get(hook);
        if (action != null) {
            action.run();
        }
        Throwable fault = faults.get(hook);
        if (fault != null) {
            Script.<RuntimeException>raise(fault);
        }
    }

    @SuppressWarnings("unchecked") // the point of it: hooks throw what they do not declare
    private static <X extends Throwable> void raise(Throwable fault) throws X {
        throw (X) fault;
    }

    void report(Throwable failure) {
        reported.add(failure);
    }

    @Nullable Throwable reported() {
        return reported.peek();
    }

    /// {@return the calls so far, of these hooks alone if any are given}
    List<String> calls(String... hooks) {
        List<String> chosen = Arrays.asList(hooks);
        return calls.stream().filter(call -> hooks.length == 0 || chosen.contains(call)).toList();
    }

    long count(String hook) {
        return calls(hook).size();
    }
}
