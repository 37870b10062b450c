package socketserver.benchmark.race;

import static socketserver.benchmark.address.Family.TCP;
import static socketserver.benchmark.address.Family.TLS;
import static socketserver.benchmark.address.Family.UDP;
import static socketserver.benchmark.address.Family.UNIX;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;

import socketserver.benchmark.address.Family;
import socketserver.benchmark.server.Certificate;
import socketserver.benchmark.server.Main;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// The peers in Java: Netty on each of its transports, Vert.x, and loops of the JDK alone.
final class JavaPeers {
    static final int SMALL_BYTES = 512;

    private JavaPeers() {}

    static void join(Lineup lineup) {
        Set<Family> all = EnumSet.allOf(Family.class);
        Set<Family> named = EnumSet.of(TCP, TLS, UNIX, UDP);
        if (Epoll.isAvailable()) {
            lineup.add(netty("netty-epoll", all));
            lineup.add(netty("vertx", EnumSet.of(TCP, UNIX, UDP)));
        } else {
            String reason = "no native library here: " + cause(Epoll.unavailabilityCause());
            lineup.missing("netty-epoll", reason);
            lineup.missing("vertx", reason);
        }
        if (IoUring.isAvailable()) {
            lineup.add(netty("netty-io_uring", named));
        } else {
            lineup.missing("netty-io_uring", cause(IoUring.unavailabilityCause()));
        }
        lineup.add(netty("netty-nio", named));
        lineup.add(jdk("jdk-virtual", EnumSet.of(TCP, UNIX)));
        lineup.add(jdk("jdk-sslsocket", EnumSet.of(TLS)));
        lineup.add(jdk("jdk-selector", EnumSet.of(TCP, UNIX)));
        lineup.add(jdk("jdk-datagram", EnumSet.of(UDP)));
    }

    private static String cause(Throwable thrown) {
        Throwable first = thrown;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        return first.toString();
    }

    private static Contestant netty(String name, Set<Family> families) {
        // Netty takes its memory by sun.misc.Unsafe, about which the JVM would warn.
        return of(name, families, List.of("--sun-misc-unsafe-memory-access=allow"));
    }

    private static Contestant jdk(String name, Set<Family> families) {
        return of(name, families, List.of());
    }

    private static Contestant of(String name, Set<Family> families, List<String> options) {
        return new Contestant(
                name, families, _ -> null, true, start -> command(name, options, start));
    }

    private static String certificate() {
        try {
            return Certificate.option();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// {@return the command of a server of that name}
    static List<String> command(String name, List<String> options, Contestant.Start start) {
        List<String> all = new ArrayList<>(options);
        if (start.small()) {
            all.add("-Dbenchmark.buffer=" + SMALL_BYTES);
        }
        if (start.touched()) {
            all.addAll(List.of("-Xms512m", "-XX:+AlwaysPreTouch"));
        }
        if (start.endpoint().family() == TLS) {
            all.add(certificate());
        }
        return JavaCommand.of(
                Main.class,
                all,
                name,
                start.endpoint().family().toString(),
                start.endpoint().place());
    }
}
