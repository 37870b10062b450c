package socketserver.benchmark.server;

import socketserver.benchmark.address.Endpoint;
import socketserver.benchmark.address.Family;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/// A process that serves: `Main NAME FAMILY PLACE`.
///
/// It ends with its standard input. To each line there it answers with the bytes of live heap.
public final class Main {
    private Main() {}

    /// Serves.
    public static void main(String[] args) {
        Thread.ofPlatform().name("control").start(Main::obey);
        try {
            of(args[0]).serve(new Endpoint(Family.of(args[1]), args[2]));
        } catch (Throwable failed) {
            failed.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static EchoServer of(String name) {
        return switch (name) {
            case "threading" -> OurServer.threading();
            case "sync" -> OurServer.synchronous();
            case "selector" -> OurServer.selector();
            case "confined" -> OurServer.confined();
            case "guarded-threading" -> OurServer.threading().guarded();
            case "unguarded-threading" -> OurServer.threading().unguarded();
            case "guarded-selector" -> OurServer.selector().guarded();
            case "unguarded-selector" -> OurServer.selector().unguarded();
            case "forking" -> OurServer.forking();
            case "netty-epoll" -> NettyServer.epoll();
            case "netty-io_uring" -> NettyServer.ioUring();
            case "netty-nio" -> NettyServer.nio();
            case "vertx" -> new VertxServer();
            case "jdk-virtual" -> new VirtualThreadLoop();
            case "jdk-sslsocket" -> new TlsSocketLoop();
            case "jdk-selector" -> new SelectorLoop();
            case "jdk-datagram" -> new DatagramLoop();
            default -> throw new IllegalArgumentException("no server is called " + name);
        };
    }

    private static void obey() {
        try (var lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (lines.readLine() != null) {
                // The first message opens every jar of the class path: not between two weighings.
                System.getLogger(Main.class.getName());
                System.gc();
                Runtime heap = Runtime.getRuntime();
                IO.println(heap.totalMemory() - heap.freeMemory());
            }
        } catch (IOException gone) {
            // The race is over, as at the end of the input.
        }
        Runtime.getRuntime().halt(0);
    }
}
