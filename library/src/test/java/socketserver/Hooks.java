package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.Request;

import java.io.Serializable;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/// Watches the hooks of a server, in whatever process they are called, and lets a test say what
/// `verifyRequest` does.
final class Hooks implements Serializable {
    /// The hooks of a request that is handled without a failure, in their order.
    static final List<String> OF_ONE_REQUEST =
            List.of(
                    "getRequest",
                    "verifyRequest",
                    "processRequest",
                    "finishRequest",
                    "shutdownRequest",
                    "closeRequest");

    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // a shared one is
    private final List<String> calls = Shared.list();

    @SuppressWarnings("serial") // as above
    private final BlockingQueue<Failure> failures = Shared.queue();

    private transient volatile Verification verification = request -> true;
    private volatile Verification peers = request -> true;

    /// Whether to handle a request.
    interface Verification extends Serializable {
        boolean accepts(Request request) throws Exception;
    }

    /// What `handleError` was told.
    record Failure(SocketAddress client, Throwable thrown) implements Serializable {}

    /// {@return hooks of which `verifyRequest` does that}
    static Hooks verifying(Verification verification) {
        Hooks hooks = new Hooks();
        hooks.verification = verification;
        return hooks;
    }

    /// {@return hooks of which `verifyPeer` does that}
    static Hooks verifyingPeers(Verification verification) {
        Hooks hooks = new Hooks();
        hooks.peers = verification;
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

    boolean verifyPeer(Request request) throws Exception {
        return peers.accepts(request);
    }

    void error(Request request, Throwable thrown) {
        note("handleError");
        failures.add(new Failure(request.client(), thrown));
    }

    /// {@return the hooks that were called, in their order}
    List<String> calls() {
        return List.copyOf(calls);
    }

    /// {@return how many times that hook was called}
    long count(String hook) {
        return calls().stream().filter(hook::equals).count();
    }

    /// {@return the next failure that `handleError` is or was told}
    Failure failure() throws InterruptedException {
        Failure next = failures.poll(15, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("handleError was not called; the hooks were " + calls());
        }
        return next;
    }
}
