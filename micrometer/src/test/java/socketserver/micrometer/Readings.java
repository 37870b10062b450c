package socketserver.micrometer;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.search.RequiredSearch;

import socketserver.BaseServer;

import java.net.InetSocketAddress;

/// What the meters of a server show.
///
/// @param registry where the meters are
/// @param serverTags what tells the server from others
record Readings(MeterRegistry registry, Tags serverTags) {
    Readings(MeterRegistry registry, String... serverTags) {
        this(registry, Tags.of(serverTags));
    }

    /// {@return what the meters of a server show whose address is an Internet one}
    static Readings of(BaseServer<?> server, MeterRegistry registry) {
        int port = ((InetSocketAddress) server.address()).getPort();
        return new Readings(registry, "server.port", Integer.toString(port));
    }

    private RequiredSearch search(String name, String... tags) {
        return registry.get("socketserver." + name).tags(serverTags).tags(tags);
    }

    double gauge(String name) {
        return search(name).gauge().value();
    }

    double active() {
        return gauge("requests.active");
    }

    double counter(String name, String... tags) {
        return search(name, tags).counter().count();
    }

    /// {@return the sum of all counters of that name}
    double sum(String name) {
        return search(name).counters().stream().mapToDouble(each -> each.count()).sum();
    }

    double accepted() {
        return counter("requests.accepted");
    }

    double refused(String reason) {
        return counter("requests.refused", "reason", reason);
    }

    double errors(String type) {
        return counter("request.errors", "error.type", type);
    }

    double bytes(String direction) {
        return counter("request.io", "direction", direction);
    }

    /// {@return how many requests have ended for that reason}
    long ended(String reason) {
        return search("request.duration", "reason", reason).timer().count();
    }

    /// {@return how long they were live, in nanoseconds}
    double duration(String reason) {
        return search("request.duration", "reason", reason).timer().totalTime(NANOSECONDS);
    }

    /// {@return how many requests have ended}
    long ended() {
        return search("request.duration").timers().stream().mapToLong(each -> each.count()).sum();
    }

    long drains() {
        return search("drain.duration").timer().count();
    }
}
