package socketserver.cli;

import org.jspecify.annotations.Nullable;

import socketserver.ServiceNotifier;
import socketserver.posix.Spawn;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// The exchange of this process for a new one of the same program, which takes over the sockets:
/// nothing changes until that one serves.
///
/// Each attempt has a thread of its own; the methods may be called from any.
final class Upgrade {
    private final Servers servers;
    private final ServiceNotifier manager;
    private final List<String> args;
    private final Supplier<Duration> longest;
    private final Runnable closePage;
    private final int statusPort;
    private final CompletableFuture<Integer> done = new CompletableFuture<>();
    // The attempt that goes on. Guarded by this.
    private @Nullable Thread attempt;
    private @Nullable Successor starting;
    // Whether no more may begin, and none may succeed. Guarded by this.
    private boolean refused;

    /// Makes what begins when it is asked for.
    ///
    /// @param args the arguments behind the word `serve`
    /// @param longest how long the new process may take until it serves
    /// @param status the status page, or null
    Upgrade(
            Servers servers,
            ServiceNotifier manager,
            List<String> args,
            Supplier<Duration> longest,
            @Nullable StatusServer status) {
        this.servers = servers;
        this.manager = manager;
        this.args = args;
        this.longest = longest;
        closePage = status == null ? () -> {} : status::close;
        statusPort = status == null ? 0 : status.port();
    }

    /// {@return what is completed by the number of the process that has taken over}
    CompletableFuture<Integer> done() {
        return done;
    }

    /// Begins, unless that goes on already.
    synchronized void ask() {
        if (refused || done.isDone()) {
            return;
        }
        if (ProcessHandle.current().pid() == 1) {
            Terminal.println(
                    "upgrade: this is the first process of a container, which ends with it: start"
                            + " another container",
                    null);
            return;
        }
        if (servers.endpoints().stream().anyMatch(each -> Inetd.isMeant(each.address()))) {
            Terminal.println("upgrade: inetd starts a new process for each time anyway", null);
            return;
        }
        if (attempt != null) {
            Terminal.println("upgrade: one goes on already", null);
            return;
        }
        attempt = Thread.ofPlatform().daemon().name("upgrade").start(this::run);
    }

    /// Gives up an attempt that goes on, and takes no more.
    ///
    /// @return whether another process has taken over before
    boolean refuse() throws InterruptedException {
        Thread running;
        synchronized (this) {
            refused = true;
            running = attempt;
            if (starting != null) {
                starting.kill();
            }
        }
        if (running != null && !done.isDone()) {
            running.join(Duration.ofSeconds(5));
        }
        return done.isDone();
    }

    private void run() {
        manager.reloading();
        try (Successor successor = start()) {
            String failure = outcome(successor);
            if (failure != null) {
                successor.kill();
                failed("the new process %s (%s)".formatted(failure, end(successor.reap())));
            }
        } catch (IOException | RuntimeException thrown) {
            failed(String.valueOf(thrown.getMessage()));
        }
    }

    /// {@return null if it has taken over, or else why it has not}
    private @Nullable String outcome(Successor successor) {
        String failure = successor.await(longest.get());
        if (failure != null) {
            return failure;
        }
        try {
            return handOver(successor) ? null : "was given up";
        } catch (IOException | RuntimeException thrown) {
            return "could not be given the sockets: " + thrown;
        }
    }

    private static String end(int status) {
        return status > 128 ? "signal " + (status - 128) : "status " + status;
    }

    private Successor start() throws IOException {
        if (!Spawn.isPossible()) {
            throw new UnsupportedOperationException(
                    "it takes the linux engine, glibc 2.34 and Linux 5.3");
        }
        List<String> names = servers.endpoints().stream().map(PassedSockets::nameFor).toList();
        Successor started =
                Successor.start(Program.again(args), servers.descriptors(), names, statusPort);
        synchronized (this) {
            starting = started;
            if (refused) {
                started.kill();
            }
        }
        Terminal.println("upgrade: a new process starts", null);
        return started;
    }

    private synchronized boolean handOver(Successor successor) throws IOException {
        starting = null;
        if (refused) {
            return false;
        }
        servers.removePaths(false);
        closePage.run();
        successor.setFree();
        manager.handedOver(successor.pid());
        successor.letGo();
        done.complete(successor.pid());
        return true;
    }

    private synchronized void failed(String failure) {
        starting = null;
        attempt = null;
        if (refused) {
            return;
        }
        Terminal.println("upgrade failed: " + failure + ": this process goes on serving", null);
        manager.status("upgrade failed: " + failure);
        manager.ready();
    }
}
