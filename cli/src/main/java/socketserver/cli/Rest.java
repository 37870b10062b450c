package socketserver.cli;

import org.jspecify.annotations.Nullable;

import socketserver.BaseServer;
import socketserver.LiveRequest;
import socketserver.RefusalReason;
import socketserver.ServerListener;
import socketserver.request.CloseReason;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The rest of servers that nobody has asked for a while.
final class Rest implements ServerListener {
    private final Servers servers;
    private final @Nullable Duration longest;
    private final CompletableFuture<Void> reached = new CompletableFuture<>();
    // When the last request came or went.
    private volatile long last = System.nanoTime();

    private Rest(Servers servers, @Nullable Duration longest) {
        this.servers = servers;
        this.longest = longest;
    }

    /// {@return what is completed when the servers have nothing more to do for inetd: after their
    /// one connection, or when they have rested for as long as that says}
    ///
    /// @param inetd what has started them, or null for servers that go on for ever
    static CompletableFuture<Void> of(Servers servers, @Nullable Inetd inetd) {
        if (inetd == null) {
            return new CompletableFuture<>();
        }
        Rest rest = new Rest(servers, inetd.idle());
        servers.addListener(rest);
        if (rest.longest != null) {
            rest.lookIn(rest.longest.toNanos());
        }
        return rest.reached;
    }

    private void lookIn(long nanos) {
        CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS).execute(this::look);
    }

    private void look() {
        long most = longest == null ? 0 : longest.toNanos();
        long left = last + most - System.nanoTime();
        if (servers.active() > 0) {
            lookIn(most);
        } else if (left > 0) {
            lookIn(left);
        } else {
            reached.complete(null);
        }
    }

    @Override
    public void opened(LiveRequest request) {
        last = System.nanoTime();
    }

    @Override
    public void closed(LiveRequest request, CloseReason reason) {
        ended();
    }

    @Override
    public void refused(BaseServer<?> server, SocketAddress client, RefusalReason reason) {
        ended();
    }

    @Override
    public void acceptFailed(BaseServer<?> server, Throwable failure, int attempt) {
        ended();
    }

    private void ended() {
        last = System.nanoTime();
        if (longest == null) {
            reached.complete(null);
        }
    }
}
