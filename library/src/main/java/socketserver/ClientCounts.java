package socketserver;

import org.jspecify.annotations.Nullable;

import socketserver.request.Request;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// How many live requests each client has: an IPv4 address, an IPv6 network, or the user of a Unix
/// socket.
///
/// The serving thread counts in; any thread counts out.
final class ClientCounts {
    // By address of IPv4, network of IPv6, or the number of a user.
    private final ConcurrentHashMap<Object, Integer> live = new ConcurrentHashMap<>();

    /// Counts a request in, unless its client has as many already as the limits allow.
    ///
    /// @return whether there was room
    boolean countIn(LiveRequest row, Limits limits) {
        Object client = limits.maxPerClient() == 0 ? null : client(row.request(), limits);
        if (client == null) {
            return true;
        }
        if (live.getOrDefault(client, 0) >= limits.maxPerClient()) {
            return false;
        }
        countFor(client, row);
        return true;
    }

    /// Counts those in that were not counted when they came, because there was no such limit.
    void countAll(List<LiveRequest> rows, Limits limits) {
        for (LiveRequest row : rows) {
            Object client = client(row.request(), limits);
            if (client != null) {
                countFor(client, row);
            }
        }
    }

    private void countFor(Object client, LiveRequest row) {
        // Together: it may be counted out as soon as it counts.
        synchronized (row) {
            if (row.countsFor(client)) {
                live.merge(client, 1, Integer::sum);
            }
        }
    }

    /// Counts a request out that has gone.
    void countOut(LiveRequest row) {
        Object client = row.countsNoMore();
        if (client != null) {
            live.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
        }
    }

    /// {@return what stands for the client of a request, or null if that is not known}
    private static @Nullable Object client(Request request, Limits limits) {
        InetAddress address = address(request);
        if (address != null) {
            return address instanceof Inet4Address
                    ? address
                    : new Subnet(address, limits.clientPrefix());
        }
        try {
            return request instanceof StreamRequest stream ? stream.credentials().uid() : null;
        } catch (UnsupportedOperationException | IOException unknown) {
            return null;
        }
    }

    /// {@return the Internet address of the client, or null if it has none}
    static @Nullable InetAddress address(Request request) {
        return request.client() instanceof InetSocketAddress internet
                ? internet.getAddress()
                : null;
    }
}
