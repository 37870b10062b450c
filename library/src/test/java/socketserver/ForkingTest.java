package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.Patience.eventually;
import static socketserver.Patience.together;
import static socketserver.Peer.anyPort;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.concurrency.ForkingModel;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.tls.TlsSettings;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What only a server with processes shows.
@Timeout(60)
class ForkingTest {
    private static final ForkingModel ONE_CHILD =
            ConcurrencyModel.forking().withMaxChildren(1).withRequestsPerChild(Integer.MAX_VALUE);
    private static int changedByChildren;

    private static String ask(TcpServer server, String message) throws IOException {
        try (Client client = Family.TCP_IPV4.connect(server.address())) {
            client.send(message);
            return client.receive();
        }
    }

    private static ForkingTcpServer serving(RequestHandler<StreamRequest> handler)
            throws IOException {
        ForkingTcpServer server = new ForkingTcpServer(anyPort(), handler);
        server.start();
        return server;
    }

    /// {@return a server with so many children at most, whose handlers say that they have begun}
    private static TcpServer servingAtMost(int maxChildren, Shared.Latch go) throws IOException {
        TcpServer server =
                SocketServer.tcp(anyPort())
                        .model(ConcurrencyModel.forking().withMaxChildren(maxChildren))
                        .open(
                                request -> {
                                    request.output().writeLine("begun");
                                    go.await(30, TimeUnit.SECONDS);
                                });
        server.start();
        return server;
    }

    private static void pid(StreamRequest request) throws IOException {
        request.input().readLine();
        request.output().writeLine(Long.toString(ProcessHandle.current().pid()));
    }

    @Test
    void handlesEachRequestInAProcessOfItsOwn() throws Exception {
        var pids = new HashSet<String>();
        try (var server = serving(ForkingTest::pid)) {
            for (int i = 0; i < 5; i++) {
                pids.add(ask(server, "pid"));
            }
        }
        assertThat(pids).hasSize(5).doesNotContain(Long.toString(ProcessHandle.current().pid()));
    }

    @Test
    void shakesHandsInTheChild() throws Exception {
        try (var server =
                SocketServer.tcp(anyPort())
                        .forking()
                        .tls(Credentials.shared().settings())
                        .open(
                                request -> {
                                    request.input().readLine();
                                    String protocol = request.tls().protocol();
                                    long pid = ProcessHandle.current().pid();
                                    request.output().writeLine(protocol + " " + pid);
                                })) {
            server.start();
            try (var client = Family.TLS.connect(server.address())) {
                assertThat(client.ask("pid"))
                        .startsWith("TLSv1.3 ")
                        .doesNotEndWith(" " + ProcessHandle.current().pid());
            }
        }
    }

    @Test
    void keepsConnectionsHereWhoseKeysAreHere() throws Exception {
        RequestHandler<StreamRequest> there = ForkingTest::pid;
        var failures = new LinkedBlockingQueue<Throwable>();
        ForkingModel processes = ConcurrencyModel.forking();
        try (var server =
                new ThreadingTcpServer(
                        anyPort(),
                        request -> {
                            request.input().readLine();
                            request.continueIn(processes, there);
                        },
                        ServerOptions.DEFAULT.withTls(Credentials.shared().settings())) {
                    @Override
                    protected void handleError(StreamRequest request, Throwable failure) {
                        failures.add(failure);
                    }
                }) {
            server.start();
            try (var client = Family.TLS.connect(server.address())) {
                client.send("pid");
                assertThat(client.receive()).isNull();
            }
            assertThat(failures.poll(30, TimeUnit.SECONDS))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("keys of a TLS connection");
        }
    }

    @Test
    void takesNoCertificatesThatCannotTravel() throws Exception {
        var context = Credentials.shared().authority().client(null);
        assertThatThrownBy(
                        () -> {
                            try (var server =
                                    SocketServer.tcp(anyPort())
                                            .forking()
                                            .tls(TlsSettings.of(context))
                                            .open(ForkingTest::pid)) {
                                server.handleRequest();
                            }
                        })
                .hasStackTraceContaining("SSLContext cannot travel");
    }

    @Test
    void handlesSeveralInOneIfToldTo() throws Exception {
        var pids = new HashSet<String>();
        try (var server =
                SocketServer.tcp(anyPort())
                        .model(ConcurrencyModel.forking().withRequestsPerChild(3))
                        .open(ForkingTest::pid)) {
            server.start();
            for (int i = 0; i < 6; i++) {
                pids.add(ask(server, "pid"));
            }
        }
        assertThat(pids).hasSizeBetween(2, 3);
    }

    @Test
    void keepsAChildInWhichAHandshakeHasFailed() throws Exception {
        try (var server =
                SocketServer.tcp(anyPort())
                        .tls(Credentials.shared().settings())
                        .model(ONE_CHILD)
                        .open(ForkingTest::pid)) {
            server.start();
            String before = askSecurely(server);
            for (int i = 0; i < 3; i++) {
                try (var stranger = Family.TCP_IPV4.connect(server.address())) {
                    stranger.send("no record of TLS");
                    assertThat(((StreamClient) stranger).receiveAll()).isNotEmpty();
                }
            }
            assertThat(askSecurely(server)).isEqualTo(before);
        }
    }

    private static String askSecurely(TcpServer server) throws IOException {
        try (var client = Family.TLS.connect(server.address())) {
            return client.ask("pid");
        }
    }

    @Test
    void keepsNothingOfWhatAChildHasHandledBefore() throws Exception {
        Set<CompletableFuture<Integer>> exits = Collections.newSetFromMap(new IdentityHashMap<>());
        try (var server = SocketServer.tcp(anyPort()).model(ONE_CHILD).open(ForkingTest::pid)) {
            server.start();
            for (int i = 0; i < 3; i++) {
                try (var client = Family.TCP_IPV4.connect(server.address())) {
                    eventually(
                            () ->
                                    assertThat(server.requests())
                                            .anyMatch(row -> row.child().isPresent()));
                    server.requests().getFirst().child().ifPresent(it -> exits.add(it.exit()));
                    assertThat(client.ask("pid")).isNotNull();
                }
                eventually(() -> assertThat(server.requests()).isEmpty());
            }
        }
        // A future for each request would stay until the process ends.
        assertThat(exits).hasSize(1);
    }

    /// A server with a field of its own.
    private static final class CountingServer extends ForkingTcpServer {
        private static final long serialVersionUID = 1;
        private int count;

        CountingServer() throws IOException {
            super(anyPort(), CountingServer::count);
        }

        private static void count(StreamRequest request) throws IOException {
            CountingServer server = request.server(CountingServer.class);
            request.input().readLine();
            server.count++;
            changedByChildren++;
            request.output().writeLine(server.count + " " + changedByChildren);
        }
    }

    @Test
    void keepsToTheChildWhatTheChildChanges() throws Exception {
        var captured = new ArrayList<String>();
        try (var server = new CountingServer();
                var other =
                        serving(
                                request -> {
                                    request.input().readLine();
                                    captured.add("changed");
                                    request.output().writeLine(captured.toString());
                                })) {
            server.start();
            server.count = 10;
            assertThat(ask(server, "")).isEqualTo("11 1");
            assertThat(ask(server, "")).isEqualTo("11 1");
            assertThat(server.count).isEqualTo(10);
            assertThat(changedByChildren).isZero();
            assertThat(ask(other, "")).isEqualTo("[changed]");
            assertThat(ask(other, "")).isEqualTo("[changed]");
            assertThat(captured).isEmpty();
            server.count = 20;
            assertThat(ask(server, "")).isEqualTo("21 1");
        }
    }

    @Test
    void showsTheChildrenThatAreBusy() throws Exception {
        var go = Shared.latch(1);
        try (var server =
                serving(
                        request -> {
                            request.output().writeLine("begun");
                            go.await(30, TimeUnit.SECONDS);
                        })) {
            assertThat(server.activeChildren()).isEmpty();
            try (var client = Family.TCP_IPV4.connect(server.address())) {
                assertThat(client.receive()).isEqualTo("begun");
                eventually(() -> assertThat(server.activeChildren()).hasSize(1));
                var child = server.activeChildren().getFirst();
                assertThat(child.process().isAlive()).isTrue();
                assertThat(child.client()).isEqualTo(client.address());
                assertThat(server.requests().getFirst().state())
                        .isEqualTo(LiveRequest.State.HANDLING);
                go.countDown();
                assertThat(client.receive()).isNull();
                assertThat(child.exit().get(15, TimeUnit.SECONDS)).isZero();
            }
            eventually(() -> assertThat(server.activeChildren()).isEmpty());
        }
    }

    @Test
    void numbersARequestInTheChildAsInTheServer() throws Exception {
        RequestHandler<StreamRequest> numbered =
                request -> {
                    request.output().writeLine(request.id() + " " + request.since());
                    request.input().readLine();
                };
        try (var server = serving(numbered);
                var client = Family.TCP_IPV4.connect(server.address())) {
            String said = client.receive();
            eventually(() -> assertThat(server.activeChildren()).hasSize(1));
            Request request = server.activeChildren().getFirst().request();
            assertThat(said).isEqualTo(request.id() + " " + request.since());
        }
    }

    @Test
    void waitsForRoomAmongTheChildren() throws Exception {
        var go = Shared.latch(1);
        try (var server = servingAtMost(2, go)) {
            try (var first = Family.TCP_IPV4.connect(server.address());
                    var second = Family.TCP_IPV4.connect(server.address());
                    var third = Family.TCP_IPV4.connect(server.address())) {
                assertThat(first.receive()).isEqualTo("begun");
                assertThat(second.receive()).isEqualTo("begun");
                eventually(() -> assertThat(Patience.waitsForRoom(server)).isTrue());
                assertThat(server.requests()).hasSize(2);
                go.countDown();
                assertThat(third.receive()).isEqualTo("begun");
            }
        }
    }

    @Test
    void stopsWhileAllChildrenAreBusy() throws Exception {
        var go = Shared.latch(1);
        try (var server = servingAtMost(1, go)) {
            try (var first = Family.TCP_IPV4.connect(server.address());
                    var _ = Family.TCP_IPV4.connect(server.address())) {
                assertThat(first.receive()).isEqualTo("begun");
                eventually(() -> assertThat(Patience.waitsForRoom(server)).isTrue());
                server.shutdown();
                go.countDown();
            }
        }
    }

    // What can go wrong

    private static String askAndGetNothing(TcpServer server) throws IOException {
        try (Client client = Family.TCP_IPV4.connect(server.address())) {
            client.send("x");
            return client.receive();
        } catch (IOException reset) {
            return null;
        }
    }

    /// What a handler does that ends its process.
    private static void misbehave(StreamRequest request) throws Exception {
        switch (request.input().readLine()) {
            case "exit" -> System.exit(7);
            case "halt" -> Runtime.getRuntime().halt(3);
            case "kill" -> ProcessHandle.current().destroyForcibly();
            case "memory" -> {
                List<byte[]> all = new ArrayList<>();
                while (all.size() < Integer.MAX_VALUE) {
                    all.add(new byte[16 << 20]);
                }
            }
            case "stack" -> misbehave(request, 0);
            case "throw" -> throw new IllegalStateException("as told");
            default -> request.output().writeLine("well");
        }
    }

    @SuppressWarnings("InfiniteRecursion") // that is what it is for
    private static int misbehave(StreamRequest request, int depth) {
        return misbehave(request, depth + 1) + 1;
    }

    @Test
    void losesOneRequestByAChildThatEnds() throws Exception {
        try (var server =
                SocketServer.tcp(anyPort())
                        .model(ConcurrencyModel.forking().withJavaOptions(List.of("-Xmx64m")))
                        .open(ForkingTest::misbehave)) {
            server.start();
            for (String how : List.of("exit", "halt", "memory", "stack", "throw")) {
                try (Client client = Family.TCP_IPV4.connect(server.address())) {
                    client.send(how);
                    assertThat(client.receive()).as(how).isNull();
                }
                assertThat(ask(server, "x")).as("after " + how).isEqualTo("well");
            }
            eventually(() -> assertThat(server.requests()).isEmpty());
        }
    }

    @Test
    void tellsTheStatusOfAChildThatEnds() throws Exception {
        var go = Shared.latch(1);
        try (var server =
                        serving(
                                request -> {
                                    request.output().writeLine("begun");
                                    go.await(30, TimeUnit.SECONDS);
                                    System.exit(7);
                                });
                var client = Family.TCP_IPV4.connect(server.address());
                var other = Family.TCP_IPV4.connect(server.address())) {
            assertThat(client.receive()).isEqualTo("begun");
            assertThat(other.receive()).isEqualTo("begun");
            eventually(() -> assertThat(server.activeChildren()).hasSize(2));
            var children = server.activeChildren();
            children.getFirst().process().destroyForcibly();
            assertThat(children.getFirst().exit().get(15, TimeUnit.SECONDS)).isEqualTo(128 + 9);
            go.countDown();
            assertThat(children.getLast().exit().get(15, TimeUnit.SECONDS)).isEqualTo(7);
        }
    }

    @Test
    void killsAChildThatTakesTooLong() throws Exception {
        try (var server =
                SocketServer.tcp(anyPort())
                        .model(
                                ConcurrencyModel.forking()
                                        .withRequestTimeout(Duration.ofMillis(500)))
                        .open(
                                request -> {
                                    while (request.isOpen()) {
                                        Thread.onSpinWait();
                                    }
                                })) {
            server.start();
            assertThat(askAndGetNothing(server)).isNull();
            eventually(() -> assertThat(server.requests()).isEmpty());
        }
    }

    @Test
    void refusesAHandlerThatCannotTravel() {
        var thread = Thread.currentThread();
        assertThatThrownBy(() -> new ForkingTcpServer(anyPort(), request -> thread.interrupt()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lambda of socketserver.ForkingTest, captured value 1")
                .hasMessageContaining("java.lang.Thread is not java.io.Serializable");
        assertThatThrownBy(
                        () ->
                                SocketServer.tcp(anyPort())
                                        .forking()
                                        .open(request -> thread.interrupt()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /// A server with a field that cannot travel.
    private static final class UnfitServer extends ForkingTcpServer {
        private static final long serialVersionUID = 1;

        @SuppressWarnings({"serial", "UnusedVariable"}) // that is what the test is about
        private final Thread thread = Thread.currentThread();

        UnfitServer() throws IOException {
            super(anyPort(), ForkingTest::pid);
        }
    }

    @Test
    void refusesToServeWithAServerThatCannotTravel() throws Exception {
        try (var server = new UnfitServer()) {
            assertThatThrownBy(server::serveForever)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("UnfitServer.thread")
                    .hasMessageContaining("java.lang.Thread is not java.io.Serializable");
        }
    }

    @Test
    void showsWhatChildrenPrint() throws Exception {
        var printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true));
        try (var server =
                serving(
                        request -> {
                            request.input().readLine();
                            System.out.println("printed");
                            request.output().writeLine("" + ProcessHandle.current().pid());
                        })) {
            String pid = ask(server, "");
            eventually(() -> assertThat(printed).hasToString("[child " + pid + "] printed\n"));
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void neverTakesTheStatusOfChildrenThatAreNotItsOwn() throws Exception {
        Process foreign = new ProcessBuilder("sh", "-c", "read _; exit 72").start();
        try (var server = serving(ForkingTest::pid)) {
            assertThat(ask(server, "")).isNotNull();
            foreign.getOutputStream().close();
            assertThat(foreign.waitFor()).isEqualTo(72);
        }
    }

    @Test
    void answersManyAtOnce() throws Exception {
        try (var server = serving(ForkingTest::misbehave)) {
            assertThat(together(12, _ -> ask(server, "x"))).containsOnly("well");
        }
    }

    // Continued in a child

    @Test
    void goesOnInAChildWithWhatWasReadAhead() throws Exception {
        RequestHandler<StreamRequest> there =
                request -> {
                    String line = request.input().readLine();
                    request.output().writeLine(line + " in " + ProcessHandle.current().pid());
                };
        try (var server =
                SocketServer.tcp(anyPort())
                        .threading()
                        .open(
                                request -> {
                                    String where = request.input().readLine();
                                    switch (where) {
                                        case "child" ->
                                                request.continueIn(
                                                        ConcurrencyModel.forking(), there);
                                        case "thread" ->
                                                request.continueIn(
                                                        ConcurrencyModel.threading(), there);
                                        default -> request.output().writeLine("here");
                                    }
                                })) {
            server.start();
            String self = "hello in " + ProcessHandle.current().pid();
            assertThat(ask(server, "child\nhello")).startsWith("hello in ").isNotEqualTo(self);
            assertThat(ask(server, "thread\nhello")).isEqualTo(self);
            assertThat(ask(server, "none")).isEqualTo("here");
            eventually(() -> assertThat(server.requests()).isEmpty());
        }
    }
}
