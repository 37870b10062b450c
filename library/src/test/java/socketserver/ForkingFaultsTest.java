package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;
import static socketserver.Patience.together;
import static socketserver.Peer.anyPort;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// A server with processes when they, or it, come to harm.
@Timeout(60)
class ForkingFaultsTest {
    private static @Nullable String ask(InetSocketAddress server, String message) {
        try (Client client = Family.TCP_IPV4.connect(server)) {
            client.send(message);
            return client.receive();
        } catch (IOException reset) {
            return null;
        }
    }

    private static List<Long> childrenOf(ProcessHandle parent) {
        return parent.children()
                .filter(child -> child.info().arguments().stream().anyMatch(ForkingFaultsTest::is))
                .map(ProcessHandle::pid)
                .toList();
    }

    private static boolean is(String... arguments) {
        return List.of(arguments).stream().anyMatch(word -> word.endsWith(".ChildProgram"));
    }

    @Test
    void childrenListenToTheirParentAlone() throws Exception {
        UnixAddress name = UnixAddress.abstractName("stranger-" + ProcessHandle.current().pid());
        var came = new LinkedBlockingQueue<Integer>();
        try (var stranger =
                new ThreadingUnixStreamServer(name, request -> came.add(request.input().read()))) {
            stranger.start();
            Class<?> program = Class.forName("socketserver.concurrency.ChildProgram");
            // The shell is its parent, this process has the name.
            List<String> shell = List.of("sh", "-c", "\"$@\"; exit $?", "sh");
            try (var child = ChildJvm.by(shell, program, name.name(), "1")) {
                assertThat(child.exit()).isEqualTo(1);
            }
            assertThat(came.poll(30, TimeUnit.SECONDS)).isEqualTo(-1);
        }
    }

    @Test
    void givesAChildItsRequestsDescriptorsAlone() throws Exception {
        try (var server =
                new ForkingTcpServer(
                        anyPort(),
                        request -> {
                            request.input().readLine();
                            long sockets = LeavesNothingBehind.descriptors("socket:");
                            request.output().writeLine("" + sockets);
                        })) {
            server.start();
            // That of its request, and the one to its server.
            assertThat(ask(server.address(), "x")).isEqualTo("2");
        }
    }

    @Test
    void freesItsPortWhileChildrenAreBusy() throws Exception {
        var go = Shared.latch(1);
        var server =
                new ForkingTcpServer(
                        anyPort(),
                        request -> {
                            request.output().writeLine("begun");
                            go.await(30, TimeUnit.SECONDS);
                            request.output().writeLine("done");
                        },
                        ServerOptions.DEFAULT.withBlockOnClose(false));
        server.start();
        try (var client = Family.TCP_IPV4.connect(server.address())) {
            assertThat(client.receive()).isEqualTo("begun");
            server.close();
            new TcpServer(server.address(), request -> {}).close();
            go.countDown();
            assertThat(client.receive()).isEqualTo("done");
        }
    }

    @Test
    void handsARequestToAnotherChildIfTheFirstHasDiedBefore() throws Exception {
        try (var server = SocketServer.tcp(anyPort()).forking().open(ForkingFaultsTest::slowly)) {
            server.start();
            assertThat(ask(server.address(), "well")).isEqualTo("well");
            eventually(() -> assertThat(childrenOf(ProcessHandle.current())).isNotEmpty());
            for (long pid : childrenOf(ProcessHandle.current())) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
            }
            assertThat(ask(server.address(), "well")).isEqualTo("well");
        }
    }

    @Test
    void closesTheConnectionOfAChildThatIsKilled() throws Exception {
        var go = Shared.latch(1);
        try (var server =
                        new ForkingTcpServer(
                                anyPort(),
                                request -> {
                                    request.output().writeLine("begun");
                                    go.await(30, TimeUnit.SECONDS);
                                });
                var client = connected(server)) {
            assertThat(client.receive()).isEqualTo("begun");
            eventually(() -> assertThat(server.activeChildren()).hasSize(1));
            server.requests().getFirst().close();
            assertThat(client.receive()).isNull();
            eventually(() -> assertThat(server.requests()).isEmpty());
        }
    }

    private static Client connected(ForkingTcpServer server) throws IOException {
        server.start();
        return Family.TCP_IPV4.connect(server.address());
    }

    @Test
    void reportsThatNoProcessCanBeStarted() throws Exception {
        Hooks hooks = new Hooks();
        var variant = new Variant("linux", Family.TCP_IPV4, Model.FORKING);
        var broken = ConcurrencyModel.forking().withJavaOptions(List.of("-Xnonsense"));
        var running = new Model.Running(broken, () -> {});
        try (var serving = variant.open(ServerOptions.DEFAULT, hooks, running, Variant::echo)) {
            serving.server().start();
            assertThat(ask((InetSocketAddress) serving.server().address(), "x")).isNull();
            assertThat(hooks.failure().thrown())
                    .hasMessageContaining("ended with status 1 before it was ready");
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            assertThat(ask((InetSocketAddress) serving.server().address(), "x")).isNull();
        }
    }

    // The server's end

    /// A server in a process of its own, which says its port.
    static final class ServerProgram {
        public static void main(String[] arguments) throws IOException {
            try (var server =
                    new ForkingTcpServer(
                            anyPort(),
                            request -> {
                                request.output().writeLine("" + ProcessHandle.current().pid());
                                request.input().readLine();
                            })) {
                System.out.println(server.address().getPort());
                server.serveForever();
            }
        }
    }

    @Test
    void endsTheChildrenOfAServerThatIsKilled() throws Exception {
        try (var program = ChildJvm.of(ServerProgram.class)) {
            InetSocketAddress address = program.address();
            try (Client client = Family.TCP_IPV4.connect(address)) {
                long pid = Long.parseLong(client.receive());
                List<Long> all = childrenOf(ProcessHandle.of(program.pid()).orElseThrow());
                assertThat(all).contains(pid);
                program.kill();
                assertThat(client.receive()).isNull();
                for (long child : all) {
                    eventually(
                            () ->
                                    assertThat(
                                                    ProcessHandle.of(child)
                                                            .filter(ProcessHandle::isAlive))
                                            .isEmpty());
                }
            }
            new TcpServer(address, request -> {}).close();
        }
    }

    // All at once

    @Test
    @Tag("long")
    @Timeout(300)
    void losesTheRequestsOfKilledChildrenAlone() throws Exception {
        long descriptors = LeavesNothingBehind.descriptors("");
        List<String> answers = new CopyOnWriteArrayList<>();
        var killed = new java.util.concurrent.atomic.AtomicInteger();
        var over = new AtomicBoolean();
        try (var server =
                SocketServer.tcp(anyPort())
                        .model(ConcurrencyModel.forking().withRequestsPerChild(20))
                        .open(ForkingFaultsTest::slowly)) {
            server.start();
            Thread killer =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (!over.get()) {
                                            if (killOne(server)) {
                                                killed.incrementAndGet();
                                            }
                                            Patience.pause(Duration.ofMillis(100));
                                        }
                                    });
            together(
                    8,
                    number -> {
                        for (int i = 0; i < 25; i++) {
                            answers.add("" + ask(server.address(), "message " + number));
                        }
                        return number;
                    });
            over.set(true);
            killer.join();
            assertThat(answers).hasSize(200);
            assertThat(answers.stream().filter("null"::equals).count())
                    .isLessThanOrEqualTo(killed.get());
            assertThat(answers).allMatch(answer -> answer.matches("null|message \\d"));
            eventually(() -> assertThat(server.requests()).isEmpty());
        }
        eventually(() -> assertThat(childrenOf(ProcessHandle.current())).isEmpty());
        eventually(
                () ->
                        assertThat(LeavesNothingBehind.descriptors(""))
                                .isLessThanOrEqualTo(descriptors + 16));
    }

    private static void slowly(StreamRequest request) throws Exception {
        String message = request.input().readLine();
        // Long enough to be killed meanwhile.
        Patience.pause(Duration.ofMillis(50));
        request.output().writeLine(message);
    }

    private static boolean killOne(BaseServer<?> server) {
        return server.requests().stream()
                .flatMap(row -> row.child().stream())
                .findAny()
                .filter(child -> child.process().destroyForcibly())
                .isPresent();
    }
}
