package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.Request;

import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/// Whether a server may take the next request, and whether one that it has taken may come in.
///
/// The serving thread's alone, unless a method says otherwise.
final class Admission {
    private final BaseServer<?> server;
    private final AcceptRate rate = new AcceptRate();
    private final ClientCounts clients = new ClientCounts();
    private int descriptors = Integer.MAX_VALUE;
    private boolean countsClients;
    // Set by any thread.
    private final AtomicBoolean suspended = new AtomicBoolean();
    private final SparseWarnings warnings = new SparseWarnings();
    // Completed when nothing more comes in, if somebody waits for that. Set by any thread.
    private volatile @Nullable CompletableFuture<Void> settled;

    Admission(BaseServer<?> server) {
        this.server = server;
    }

    /// Looks how many descriptors the process may have, now that serving begins.
    void begin() {
        if (!server.holdsDescriptors()) {
            return;
        }
        int before = descriptors;
        descriptors = (int) Math.min(Integer.MAX_VALUE, (long) DescriptorRoom.left() + live());
        int wanted = limits().maxConnections();
        if (descriptors < wanted && descriptors != before) {
            BaseServer.log("limits").log(
                    Level.INFO,
                    "{0}: at most {1} requests are live at once, not {2}: the process may"
                            + " have no more descriptors",
                    server.address(),
                    Integer.toString(descriptors),
                    Integer.toString(wanted));
        }
    }

    private Limits limits() {
        Limits limits = server.options().limits();
        rate.set(limits.acceptRate());
        if (countsClients != limits.maxPerClient() > 0) {
            countsClients = limits.maxPerClient() > 0;
            if (countsClients) {
                clients.countAll(server.live().rows(), limits);
            }
        }
        return limits;
    }

    private int live() {
        return server.live().size();
    }

    /// {@return whether the next client has to wait}
    ///
    /// @param capacity how many the model can run at once
    boolean mustWait(int capacity) {
        if ((suspended.get() && !server.hasTaken()) || live() >= capacity) {
            return true;
        }
        Limits limits = limits();
        return (isFull(limits) || !rate.allows()) && limits.overLimit() == OverLimit.WAIT;
    }

    /// {@return the deadline, or an earlier one at which there may be room though nobody says so}
    Deadline untilRoom(Deadline deadline) {
        return rate.allows() ? deadline : deadline.or(rate.next());
    }

    private boolean isFull(Limits limits) {
        int most = Math.min(limits.maxConnections(), descriptors);
        boolean full = live() >= most;
        if (full && warnings.mayBeGiven()) {
            BaseServer.log("limits").log(
                    Level.WARNING,
                    "{0}: as many requests are live as maxConnections allows ({1}): more {2}",
                    server.address(),
                    Integer.toString(most),
                    limits.overLimit() == OverLimit.WAIT ? "wait" : "are refused");
        }
        return full;
    }

    /// {@return why that request, which was just taken, is to be refused, or null if it may come
    /// in}
    ///
    /// @param full whether no more than those before could be live
    @Nullable RefusalReason refusal(LiveRequest row, boolean full) {
        Limits limits = limits();
        boolean hasToken = rate.allows();
        if (isDenied(row.request(), limits)) {
            return RefusalReason.DENIED;
        }
        if (full) {
            return RefusalReason.FULL;
        }
        if (!hasToken) {
            return RefusalReason.TOO_MANY;
        }
        rate.take();
        return clients.countIn(row, limits) ? null : RefusalReason.CLIENT_FULL;
    }

    /// {@return whether no more requests can be live than there are}
    boolean isFull() {
        return isFull(limits());
    }

    private static boolean isDenied(Request request, Limits limits) {
        if (limits.allow().isEmpty() && limits.deny().isEmpty()) {
            return false;
        }
        InetAddress address = ClientCounts.address(request);
        return address != null
                && (Subnet.contain(limits.deny(), address)
                        || !(limits.allow().isEmpty() || Subnet.contain(limits.allow(), address)));
    }

    /// Lets no more requests in, or lets them in again; called by any thread.
    ///
    /// @return whether that is a change
    boolean suspend(boolean now) {
        return suspended.compareAndSet(!now, now);
    }

    boolean isSuspended() {
        return suspended.get();
    }

    /// Lets no more requests in than those that were taken from the kernel already; called by any
    /// thread.
    ///
    /// @return what is completed when these have come in
    CompletableFuture<Void> settle() {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        settled = asked;
        suspended.set(true);
        return asked;
    }

    /// Says that nothing more comes in, if that is so and somebody waits for it.
    void tellSettled() {
        CompletableFuture<Void> asked = settled;
        if (asked != null && suspended.get() && !server.awaitsTaken()) {
            asked.complete(null);
        }
    }

    /// Notes that a request has gone; called by any thread.
    void gone(LiveRequest row) {
        clients.countOut(row);
    }
}
