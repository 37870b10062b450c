package socketserver.benchmark.race;

import socketserver.benchmark.address.Endpoint;
import socketserver.benchmark.address.Family;
import socketserver.benchmark.generator.Order;
import socketserver.benchmark.generator.Order.Mode;

import java.util.Locale;

/// What the servers are asked in a window.
public enum Workload {
    /// Echoes of 64 bytes over 64 connections, as all of the `c` kind one under way on each.
    C64(Family.TCP, Mode.CLOSED, 64, 64),
    /// The same over 1,000 connections.
    C1000(Family.TCP, Mode.CLOSED, 1000, 64),
    /// The same over 10,000 connections.
    C10K(Family.TCP, Mode.CLOSED, 10_000, 64),
    /// Echoes of 16 KiB over 64 connections.
    K16(Family.TCP, Mode.CLOSED, 64, 16 * 1024),
    /// Connect, one echo of 64 bytes, close; 16 at the same time.
    CCR(Family.TCP, Mode.RECONNECT, 16, 64),
    /// Echoes of 16 KiB over 16 connections of TLS.
    TLS16K(Family.TLS, Mode.CLOSED, 16, 16 * 1024),
    /// Connect, a whole handshake of TLS, one echo of 64 bytes, close; 16 at the same time.
    TLSCCR(Family.TLS, Mode.RECONNECT, 16, 64),
    /// Echoes of 64 bytes over 64 Unix stream connections.
    UNIX64(Family.UNIX, Mode.CLOSED, 64, 64),
    /// UDP packets of 64 bytes from 64 client sockets.
    UDP64(Family.UDP, Mode.CLOSED, 64, 64),
    /// Unix datagrams of 64 bytes from 64 client sockets.
    UNIXDG64(Family.UNIXGRAM, Mode.CLOSED, 64, 64);

    private static final int MANY = 10_000;
    private static final double WARM_SECONDS = 0.15;
    private static final double WARM_SECONDS_OF_MANY = 1;
    private static final double COMPILE_SECONDS = 0.5;
    private static final double COMPILE_SECONDS_AT_FIRST = 2;
    // Measured: after 10 s a handshake takes half the time that it took after 2 s.
    private static final double COMPILE_SECONDS_OF_TLS = 15;

    // A handshake takes milliseconds: a short window has too few to compare.
    private static final double WINDOWS_OF_TLS = 2.5;

    private final Family family;
    private final Mode mode;
    private final int connections;
    private final int size;

    Workload(Family family, Mode mode, int connections, int size) {
        this.family = family;
        this.mode = mode;
        this.connections = connections;
        this.size = size;
    }

    /// {@return over which sockets it goes}
    public Family family() {
        return family;
    }

    /// {@return how many clients ask at the same time}
    public int connections() {
        return connections;
    }

    /// {@return whether connections last and several of them want to be served at once}
    boolean needsConcurrency() {
        return mode == Mode.CLOSED && !family.isDatagram();
    }

    /// {@return for how long a JVM is asked so before anything counts, both the server's and the
    /// generator's}
    ///
    /// Few requests per second make for few calls, and much must be called before it is compiled.
    double compileSeconds(boolean first) {
        if (family == Family.TLS) {
            return COMPILE_SECONDS_OF_TLS;
        }
        return first || mode == Mode.RECONNECT ? COMPILE_SECONDS_AT_FIRST : COMPILE_SECONDS;
    }

    /// {@return how long a window of it is where those of others are so long}
    public double windowSeconds(double ofOthers) {
        return family == Family.TLS ? WINDOWS_OF_TLS * ofOthers : ofOthers;
    }

    /// {@return the order to ask a server so, after a short warm-up}
    Order order(Endpoint endpoint, long pid, double seconds) {
        return order(mode, endpoint, pid, seconds, 0);
    }

    /// {@return the order to ask a server at a fixed rate}
    Order orderAtRate(Endpoint endpoint, long pid, double seconds, double rate) {
        return order(Mode.OPEN, endpoint, pid, seconds, rate);
    }

    private Order order(Mode how, Endpoint endpoint, long pid, double seconds, double rate) {
        double warm = connections < MANY ? WARM_SECONDS : WARM_SECONDS_OF_MANY;
        return new Order(how, endpoint, connections, size, warm, seconds, pid, rate);
    }

    /// {@return the workload of that name, as [#toString()] writes it}
    public static Workload of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
