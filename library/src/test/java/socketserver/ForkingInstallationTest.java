package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static socketserver.Peer.anyPort;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// How programs are installed whose requests go to other processes.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
final class ForkingInstallationTest {
    // Nobody can write there.
    private static final List<String> NO_CACHE = List.of("env", "XDG_CACHE_HOME=/proc");

    @TempDir Path folder;

    private Path jar;

    @BeforeEach
    void makeJar() throws IOException {
        jar = ChildJvm.jar(folder);
    }

    /// Answers with the names of the caches that the process has mapped.
    static final class Program {
        public static void main(String[] arguments) throws IOException {
            byte[] state = new byte[arguments.length == 0 ? 0 : Integer.parseInt(arguments[0])];
            try (var server = new ForkingTcpServer(anyPort(), request -> answer(request, state))) {
                System.out.println(server.address().getPort());
                server.serveForever();
            }
        }

        private static void answer(StreamRequest request, byte[] state) throws IOException {
            request.input().readLine();
            List<String> caches =
                    Files.readAllLines(Path.of("/proc/self/maps")).stream()
                            .filter(line -> line.endsWith(".aot"))
                            .map(line -> line.substring(line.indexOf('/')))
                            .distinct()
                            .toList();
            request.output().writeLine(caches + (state.length > 0 ? " and state" : ""));
        }
    }

    private static String ask(SocketAddress address) throws IOException {
        try (Client client = Family.TCP_IPV4.connect(address)) {
            client.send("which?\n");
            return client.receive();
        }
    }

    @Test
    void servesFromOneJar() throws Exception {
        try (var program = ChildJvm.fromJar(jar, NO_CACHE, Program.class)) {
            assertThat(ask(program.address())).isEqualTo("[]");
            assertThat(program.errors()).isEmpty();
        }
    }

    @Test
    void servesFromOneSourceFile() throws Exception {
        Path source = folder.resolve("Single.java");
        Files.writeString(
                source,
                """
                import socketserver.*;
                import java.net.*;

                int served = 5;

                void main() throws Exception {
                    int captured = served;
                    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
                    try (var server = new ForkingTcpServer(address, request -> {
                        String line = request.input().readLine();
                        request.output().writeLine(line + captured + new Helper().name());
                    })) {
                        IO.println(server.address().getPort());
                        server.serveForever();
                    }
                }

                static class Helper {
                    String name() {
                        return " helped";
                    }
                }
                """);
        try (var program = ChildJvm.ofSource(jar, NO_CACHE, source)) {
            assertThat(ask(program.address())).isEqualTo("which?5 helped");
        }
    }

    private static List<Path> files(Path caches) throws IOException {
        if (!Files.exists(caches)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(caches)) {
            return all.toList();
        }
    }

    private static void awaitCache(Path caches) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(
                        () -> {
                            assertThat(files(caches)).hasSize(1);
                            assertThat(files(caches).getFirst()).isNotEmptyFile();
                            assertThat(files(caches).getFirst().toString()).endsWith(".aot");
                        });
    }

    @Test
    @Tag("long") // as below
    void makesACacheForAServerThatRefersToMoreThanAPipeTakes() throws Exception {
        List<String> environment = List.of("env", "XDG_CACHE_HOME=" + folder);
        try (var _ = ChildJvm.fromJar(jar, environment, Program.class, "1048576")) {
            awaitCache(folder.resolve("socketserver"));
        }
    }

    @Test
    @Tag("long") // the cache is made while nobody else needs the processors
    void startsChildrenByACacheOfItsClassesOnceItIsMade() throws Exception {
        List<String> environment = List.of("env", "XDG_CACHE_HOME=" + folder);
        Path caches = folder.resolve("socketserver");
        try (var program = ChildJvm.fromJar(jar, environment, Program.class)) {
            assertThat(ask(program.address())).isEqualTo("[]");
            // The maker outlives a server that ends at once.
        }
        awaitCache(caches);
        try (var program = ChildJvm.fromJar(jar, environment, Program.class)) {
            assertThat(ask(program.address())).isEqualTo(files(caches).toString());
            assertThat(program.errors()).isEmpty();
        }
    }
}
