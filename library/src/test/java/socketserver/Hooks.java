package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.Request;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Watches the hooks of a server, and lets a test say what `verifyRequest` does.
final class Hooks {
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Failure> failures = new LinkedBlockingQueue<>();
    private volatile Verification verification = request -> true;

    /// Whether to handle a request.
    interface Verification {
        boolean accepts(Request request) throws Exception;
    }

    /// What `handleError` was told.
    record Failure(Request request, Throwable thrown) {}

    /// {@return hooks of which `verifyRequest` does that}
    static Hooks verifying(Verification verification) {
        Hooks hooks = new Hooks();
        hooks.verification = verification;
        return hooks;
    }

    void note(String hook) {
        calls.add(hook);
    }

    <R extends Request> @Nullable R got(@Nullable R request) {
        if (request != null) {
            note("getRequest");
        }
        return request;
    }

    boolean verify(Request request) throws Exception {
        note("verifyRequest");
        return verification.accepts(request);
    }

    void error(Request request, Throwable thrown) {
        note("handleError");
        failures.add(new Failure(request, thrown));
    }

    /// {@return the hooks that were called, in their order}
    List<String> calls() {
        return List.copyOf(calls);
    }

    /// {@return how many times that hook was called}
    long count(String hook) {
        return calls.stream().filter(hook::equals).count();
    }

    /// {@return the next failure that `handleError` is or was told}
    Failure failure() throws InterruptedException {
        Failure next = failures.poll(15, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("handleError was not called; the hooks were " + calls);
        }
        return next;
    }
}
