package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.Patience.eventually;
import static socketserver.Patience.reached;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.concurrency.OutputLimits;
import socketserver.concurrency.Overflow;
import socketserver.concurrency.SelectorModel;
import socketserver.concurrency.UnfinishedFrame;
import socketserver.framing.FrameHandler;
import socketserver.framing.FramedRequest;
import socketserver.framing.Framing;
import socketserver.request.DeadlineException;
import socketserver.request.OutputOverflowException;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What the selector model does that others do not, on both engines.
@Timeout(30)
class SelectorTest {
    // Smaller than any socket's buffers hold.
    private static final String LARGE = "x".repeat(100_000);

    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final CountDownLatch serviced = new CountDownLatch(3);

    /// A server that notes failures.
    private final class NotingServer extends TcpServer {
        private final ConcurrencyModel model;

        NotingServer(
                RequestHandler<? super StreamRequest> handler,
                ConcurrencyModel model,
                ServerOptions options)
                throws IOException {
            super(Peer.anyPort(), handler, options);
            this.model = model;
        }

        @Override
        public ConcurrencyModel concurrencyModel() {
            return model;
        }

        @Override
        protected void handleError(StreamRequest request, Throwable failure) {
            failures.add(failure);
        }

        @Override
        protected void serviceActions() {
            serviced.countDown();
        }
    }

    private NotingServer serve(
            String engine, ConcurrencyModel model, RequestHandler<? super StreamRequest> handler)
            throws Exception {
        return serve(engine, model, ServerOptions.DEFAULT, handler);
    }

    private NotingServer serve(
            String engine,
            ConcurrencyModel model,
            ServerOptions options,
            RequestHandler<? super StreamRequest> handler)
            throws Exception {
        NotingServer server = OnEngine.on(engine, () -> new NotingServer(handler, model, options));
        server.start();
        return server;
    }

    private NotingServer serveLines(
            String engine, SelectorModel model, FrameHandler<String> handler) throws Exception {
        return serve(engine, model, Framing.lines().streams(handler));
    }

    private Throwable failure() throws InterruptedException {
        Throwable failure = failures.poll(15, TimeUnit.SECONDS);
        assertThat(failure).as("a failure within 15 s").isNotNull();
        return failure;
    }

    private static SelectorModel selector() {
        return ConcurrencyModel.selector();
    }

    private static SelectorModel keeping(OutputLimits limits) {
        return selector().withOutputLimits(limits);
    }

    private static LiveRequest onlyRow(BaseServer<?> server) {
        List<LiveRequest> rows = server.requests();
        assertThat(rows).hasSize(1);
        return rows.getFirst();
    }

    // Loops

    /// {@return what echoes, and notes the threads that it does so on}
    private static FrameHandler<String> noting(Set<Thread> threads) {
        return (line, request) -> {
            threads.add(Thread.currentThread());
            request.send(line);
        };
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void callsAllFrameHandlersOnOneThread(String engine) throws Exception {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        try (var server = serveLines(engine, selector(), noting(threads));
                var first = Peer.of(server);
                var second = Peer.of(server)) {
            assertThat(first.ask("a")).isEqualTo("a");
            assertThat(second.ask("b")).isEqualTo("b");
        }
        assertThat(threads).hasSize(1).allMatch(thread -> !thread.isVirtual());
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void handsConnectionsOutToItsLoops(String engine) throws Exception {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        FrameHandler<String> noting = noting(threads);
        List<Peer> peers = new ArrayList<>();
        try (var server = serveLines(engine, selector().withLoops(3), noting)) {
            for (int i = 0; i < 6; i++) {
                Peer peer = Peer.of(server);
                peers.add(peer);
                assertThat(peer.ask("a")).isEqualTo("a");
            }
            assertThat(threads).hasSize(3);
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void letsTwoServersShareALoop(String engine) throws Exception {
        SelectorModel model = selector();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        FrameHandler<String> noting = noting(threads);
        try (var one = serveLines(engine, model, noting)) {
            try (var other = serveLines(engine, model, noting);
                    var peer = Peer.of(other)) {
                assertThat(peer.ask("a")).isEqualTo("a");
            }
            try (var peer = Peer.of(one)) {
                assertThat(peer.ask("b")).isEqualTo("b");
            }
        }
        assertThat(threads).hasSize(1);
    }

    // The table

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void showsWhatHasComeOfAFrame(String engine) throws Exception {
        try (var server = serveLines(engine, selector(), (line, request) -> request.send(line));
                var peer = Peer.of(server)) {
            assertThat(peer.ask("whole")).isEqualTo("whole");
            LiveRequest row = onlyRow(server);
            assertThat(row.unfinishedFrame()).isEmpty();
            eventually(() -> assertThat(row.state()).isEqualTo(LiveRequest.State.READING));
            peer.socket.getOutputStream().write("par".getBytes(UTF_8));
            eventually(
                    () ->
                            assertThat(row.unfinishedFrame().map(UnfinishedFrame::bytes))
                                    .contains(3));
            UnfinishedFrame before = row.unfinishedFrame().orElseThrow();
            assertThat(before.since()).isAfterOrEqualTo(row.since());
            peer.socket.getOutputStream().write("t".getBytes(UTF_8));
            eventually(
                    () ->
                            assertThat(row.unfinishedFrame())
                                    .contains(new UnfinishedFrame(4, before.since())));
            assertThat(peer.ask("")).isEqualTo("part");
            eventually(() -> assertThat(row.unfinishedFrame()).isEmpty());
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void showsWhoWaitsForATurn(String engine) throws Exception {
        var entered = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        RequestHandler<StreamRequest> holding =
                request -> {
                    String line = request.input().readLine();
                    if ("hold".equals(line)) {
                        entered.countDown();
                        reached(end);
                    }
                    request.output().writeLine("done");
                };
        try (var server = serve(engine, selector(), holding);
                var other = Peer.of(server);
                var holder = Peer.of(server)) {
            eventually(
                    () ->
                            assertThat(server.requests())
                                    .hasSize(2)
                                    .allMatch(row -> row.state() == LiveRequest.State.READING));
            holder.send("hold");
            reached(entered);
            other.send("go on");
            eventually(
                    () ->
                            assertThat(server.requests().stream().map(LiveRequest::state))
                                    .contains(LiveRequest.State.AWAITING_TURN));
            end.countDown();
            assertThat(other.line()).isEqualTo("done");
            assertThat(holder.line()).isEqualTo("done");
        }
    }

    // Output

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void readsNoMoreFromAClientThatTakesNothing(String engine) throws Exception {
        var handled = new AtomicInteger();
        FrameHandler<String> echo =
                (line, request) -> {
                    handled.incrementAndGet();
                    request.send(line);
                };
        int count = 300;
        try (var server = serveLines(engine, selector(), echo);
                var peer = Peer.of(server)) {
            Background<Boolean> sending =
                    Background.run(
                            () -> {
                                for (int i = 0; i < count; i++) {
                                    peer.send(i + LARGE);
                                }
                            });
            eventually(
                    () -> assertThat(onlyRow(server).state()).isEqualTo(LiveRequest.State.WRITING));
            // What the sockets hold is at most 12 MB; all would be 30 MB.
            assertThat(handled.get()).isLessThan(count);
            for (int i = 0; i < count; i++) {
                assertThat(peer.line()).isEqualTo(i + LARGE);
            }
            sending.join();
            assertThat(handled.get()).isEqualTo(count);
            assertThat(failures).isEmpty();
        }
    }

    private static FrameHandler<String> flood(int frames) {
        return (line, request) -> {
            for (int i = 0; i < frames; i++) {
                request.send(i + LARGE);
            }
        };
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void closesARequestWhoseOutputExceedsTheLimit(String engine) throws Exception {
        try (var server = serveLines(engine, selector(), flood(1000));
                var peer = Peer.of(server)) {
            peer.send("go");
            assertThat(failure())
                    .isInstanceOf(OutputOverflowException.class)
                    .hasMessageContaining("more than the limit of 2097152 bytes would wait");
            eventually(() -> assertThat(server.requests()).isEmpty());
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void closesTheClientThatIsSlowAndNotTheOneThatSends(String engine) throws Exception {
        List<FramedRequest<String>> members = new CopyOnWriteArrayList<>();
        var overflows = new AtomicInteger();
        FrameHandler<String> chat =
                new FrameHandler<>() {
                    private static final long serialVersionUID = 1;

                    @Override
                    public void opened(FramedRequest<String> request) {
                        members.add(request);
                    }

                    @Override
                    public void handle(String line, FramedRequest<String> request)
                            throws IOException {
                        for (FramedRequest<String> member : List.copyOf(members)) {
                            try {
                                member.send(line);
                            } catch (IOException gone) {
                                overflows.incrementAndGet();
                                members.remove(member);
                            }
                        }
                    }
                };
        try (var server = serveLines(engine, selector(), chat);
                var deaf = Peer.of(server)) {
            eventually(() -> assertThat(members).hasSize(1));
            try (var speaker = Peer.of(server)) {
                while (overflows.get() == 0) {
                    assertThat(speaker.ask(LARGE)).isEqualTo(LARGE);
                }
                assertThat(speaker.ask("still there")).isEqualTo("still there");
                assertThat(failure()).isInstanceOf(OutputOverflowException.class);
                eventually(() -> assertThat(server.requests()).hasSize(1));
            }
            assertThat(deaf.socket.isConnected()).isTrue();
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void dropsFramesIfAsked(String engine) throws Exception {
        SelectorModel model = keeping(OutputLimits.DEFAULT.withOverflow(Overflow.DROP));
        int frames = 1000;
        FrameHandler<String> flood =
                (line, request) -> {
                    flood(frames).handle(line, request);
                    request.schedule(Duration.ofMillis(1), () -> {});
                };
        try (var server = serveLines(engine, model, flood);
                var peer = Peer.of(server)) {
            peer.send("go");
            eventually(
                    () -> assertThat(onlyRow(server).state()).isEqualTo(LiveRequest.State.WRITING));
            peer.socket.shutdownOutput();
            int received = 0;
            int last = -1;
            for (String line; (line = peer.line()) != null; received++) {
                int number = Integer.parseInt(line.substring(0, line.length() - LARGE.length()));
                assertThat(number).isGreaterThan(last);
                last = number;
            }
            assertThat(received).isBetween(20, frames - 1);
            assertThat(failures).isEmpty();
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void losesPatienceWithAClientThatTakesNothing(String engine) throws Exception {
        FrameHandler<String> echo =
                (line, request) -> {
                    ((StreamRequest) request.request()).writeTimeout(Duration.ofMillis(200));
                    request.send(line);
                };
        try (var server = serveLines(engine, selector(), echo);
                var peer = Peer.of(server)) {
            Background.run(
                    () -> {
                        for (int i = 0; i < 1000; i++) {
                            peer.send(LARGE);
                        }
                    });
            assertThat(failure())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("has taken nothing within the write timeout of PT0.2S");
            eventually(() -> assertThat(server.requests()).isEmpty());
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void sendsWhatIsKeptToAClientThatHasEndedItsOutput(String engine) throws Exception {
        try (var server = serveLines(engine, selector(), flood(18));
                var peer = Peer.of(server)) {
            peer.send("go");
            peer.socket.shutdownOutput();
            for (int i = 0; i < 18; i++) {
                assertThat(peer.line()).isEqualTo(i + LARGE);
            }
            assertThat(peer.line()).isNull();
            assertThat(failures).isEmpty();
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void pullsFramesWhenTheClientHasTakenThoseBefore(String engine) throws Exception {
        var made = new AtomicInteger();
        int frames = 500;
        FrameHandler<String> pulled =
                (line, request) -> {
                    Stream<String> answers =
                            IntStream.range(0, frames)
                                    .mapToObj(
                                            number -> {
                                                made.incrementAndGet();
                                                return number + LARGE;
                                            });
                    request.sendAll(answers.iterator());
                    request.send("end");
                };
        try (var server = serveLines(engine, selector(), pulled);
                var peer = Peer.of(server)) {
            peer.send("go");
            eventually(
                    () -> assertThat(onlyRow(server).state()).isEqualTo(LiveRequest.State.WRITING));
            assertThat(peer.line()).isEqualTo(0 + LARGE);
            assertThat(made.get()).isLessThan(frames);
            for (int i = 1; i < frames; i++) {
                assertThat(peer.line()).isEqualTo(i + LARGE);
            }
            assertThat(peer.line()).isEqualTo("end");
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void sendsFiles(String engine, @TempDir Path folder) throws Exception {
        Path file = folder.resolve("file");
        String content = "content\n".repeat(2_000_000);
        Files.writeString(file, content, ISO_8859_1);
        FrameHandler<String> sending =
                (line, request) -> {
                    request.send("begin");
                    request.sendFile(folder.resolve(line));
                    request.send("end");
                };
        try (var server = serveLines(engine, selector(), sending)) {
            try (var peer = Peer.of(server)) {
                peer.send("file");
                assertThat(peer.line()).isEqualTo("begin");
                for (int i = 0; i < 2_000_000; i++) {
                    if (!"content".equals(peer.line())) {
                        assertThat(i).as("lines of the file").isEqualTo(2_000_000);
                    }
                }
                assertThat(peer.line()).isEqualTo("end");
            }
            try (var peer = Peer.of(server)) {
                peer.send("missing");
                assertThat(failure()).isInstanceOf(NoSuchFileException.class);
                assertThat(peer.line()).isEqualTo("begin");
                assertThat(peer.line()).isNull();
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void waitsForNoClientThatLeavesItsPackets() throws Exception {
        SelectorModel model = selector().withBlockingThreshold(Duration.ofMillis(500));
        FrameHandler<String> repeating =
                (packet, request) -> {
                    for (int i = 0; i < Integer.parseInt(packet); i++) {
                        request.send(packet);
                    }
                };
        UnixAddress address = (UnixAddress) Family.UNIX_DATAGRAM.address();
        try (var server =
                OnEngine.on(
                        "linux",
                        () ->
                                SocketServer.unixDatagram(address)
                                        .model(model)
                                        .open(Framing.lines().packets(repeating)))) {
            server.start();
            try (var deaf = new UnixPacketClient(address);
                    var honest = new UnixPacketClient(address)) {
                // Some ten of them find room.
                deaf.send("100");
                assertThat(honest.ask("1")).isEqualTo("1");
                assertThat(model.blockings()).isZero();
            }
        }
    }

    // Time

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void givesUpAClientThatSendsNothing(String engine) throws Exception {
        var options =
                ServerOptions.DEFAULT.withDeadlines(
                        deadlines -> deadlines.withRead(Duration.ofMillis(200)));
        try (var server =
                        serve(
                                engine,
                                selector(),
                                options,
                                Framing.lines().streams((line, request) -> request.send(line)));
                var peer = Peer.of(server)) {
            assertThat(peer.ask("hello")).isEqualTo("hello");
            assertThat(failure())
                    .isInstanceOf(DeadlineException.class)
                    .hasMessageContaining("has sent nothing within the read timeout of PT");
            assertThat(peer.line()).isNull();
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void doesWhatIsScheduledInTheOrderOfTime(String engine) throws Exception {
        FrameHandler<String> scheduling =
                (line, request) -> {
                    request.schedule(Duration.ofMillis(60), () -> request.send("third"));
                    request.schedule(Duration.ofMillis(30), () -> request.send("second"));
                    request.schedule(Duration.ofMillis(10), () -> request.send("never")).cancel();
                    request.execute(() -> request.send("first"));
                    request.send("zeroth");
                };
        try (var server = serveLines(engine, selector(), scheduling);
                var peer = Peer.of(server)) {
            assertThat(peer.ask("go")).isEqualTo("zeroth");
            assertThat(peer.line()).isEqualTo("first");
            assertThat(peer.line()).isEqualTo("second");
            assertThat(peer.line()).isEqualTo("third");
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void reportsAnActionThatFails(String engine) throws Exception {
        FrameHandler<String> scheduling =
                (line, request) ->
                        request.schedule(
                                Duration.ofMillis(1),
                                () -> {
                                    throw new IOException("too late");
                                });
        try (var server = serveLines(engine, selector(), scheduling);
                var peer = Peer.of(server)) {
            peer.send("go");
            assertThat(failure()).hasMessage("too late");
            assertThat(peer.line()).isNull();
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void goesOnWhereAnotherThreadHasWorked(String engine) throws Exception {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        FrameHandler<String> working =
                (line, request) -> {
                    threads.add(Thread.currentThread());
                    Thread.startVirtualThread(
                            () ->
                                    request.execute(
                                            () -> {
                                                threads.add(Thread.currentThread());
                                                request.send(line);
                                            }));
                };
        try (var server = serveLines(engine, selector(), working);
                var peer = Peer.of(server)) {
            assertThat(peer.ask("hello")).isEqualTo("hello");
            assertThat(threads).hasSize(1);
        }
    }

    // Waiting where it is not allowed

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void findsOutAHandlerThatHoldsItsLoop(String engine) throws Exception {
        SelectorModel model = selector().withBlockingThreshold(Duration.ofMillis(50));
        FrameHandler<String> slow =
                (line, request) -> {
                    eventually(() -> assertThat(model.blockings()).isEqualTo(1));
                    request.send(line);
                };
        try (var server = serveLines(engine, model, slow);
                var peer = Peer.of(server)) {
            assertThat(peer.ask("hello")).isEqualTo("hello");
            assertThat(model.blockings()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void refusesToPauseALoop(String engine) throws Exception {
        FrameHandler<String> pausing =
                (line, request) -> request.request().pause(Duration.ofMillis(1));
        try (var server = serveLines(engine, selector(), pausing);
                var peer = Peer.of(server)) {
            peer.send("go");
            assertThat(failure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("must not wait");
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void refusesToReadWhatALoopReads(String engine) throws Exception {
        FrameHandler<String> reading =
                (line, request) -> ((StreamRequest) request.request()).input().readLine();
        try (var server = serveLines(engine, selector(), reading);
                var peer = Peer.of(server)) {
            peer.send("go");
            assertThat(failure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a frame handler gets them as frames");
        }
    }

    // Fairness

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void handlesOthersBetweenTheFramesOfAFlood(String engine) throws Exception {
        var since = new AtomicInteger();
        var most = new AtomicInteger();
        var flooding = new CountDownLatch(1);
        FrameHandler<String> counting =
                (line, request) -> {
                    if (line.isEmpty()) {
                        flooding.countDown();
                        since.incrementAndGet();
                    } else {
                        most.accumulateAndGet(since.getAndSet(0), Math::max);
                        request.send(line);
                    }
                };
        try (var server = serveLines(engine, selector(), counting);
                var honest = Peer.of(server);
                var flood = Peer.of(server)) {
            Background<Boolean> sending =
                    Background.run(
                            () -> {
                                for (int i = 0; i < 200; i++) {
                                    flood.socket
                                            .getOutputStream()
                                            .write("\n".repeat(60_000).getBytes(UTF_8));
                                }
                            });
            reached(flooding);
            for (int i = 0; i < 100; i++) {
                assertThat(honest.ask("hello")).isEqualTo("hello");
            }
            sending.join();
        }
        assertThat(most.get()).isPositive();
    }

    // Confined handlers

    private static final class Counting extends TcpServer implements SelectorMixIn {
        private final Map<String, Integer> counts = new HashMap<>();

        Counting() throws IOException {
            super(Peer.anyPort(), Counting::count);
        }

        private static void count(StreamRequest request) throws IOException {
            Map<String, Integer> counts = request.server(Counting.class).counts;
            for (String word; (word = request.input().readLine()) != null; ) {
                // Not what one would write, but what a lack of confinement shows in.
                int before = counts.getOrDefault(word, 0);
                Thread.onSpinWait();
                counts.put(word, before + 1);
                request.output().writeLine(word);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void confinesHandlersThatShareWithoutALock(String engine) throws Exception {
        int clients = 40;
        int words = 250;
        try (var server = OnEngine.on(engine, Counting::new)) {
            server.start();
            Patience.together(
                    clients,
                    number -> {
                        try (var peer = Peer.of(server)) {
                            for (int i = 0; i < words; i++) {
                                assertThat(peer.ask("word " + i % 10)).startsWith("word");
                            }
                            return true;
                        }
                    });
            assertThat(server.counts.values()).hasSize(10).containsOnly(clients * words / 10);
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void letsOthersGoOnWhileOnePauses(String engine) throws Exception {
        var end = new CountDownLatch(1);
        RequestHandler<StreamRequest> pausing =
                request -> {
                    if ("pause".equals(request.input().readLine())) {
                        while (end.getCount() > 0) {
                            request.pause(Duration.ofMillis(10));
                        }
                    }
                    request.output().writeLine("done");
                };
        try (var server = serve(engine, selector(), pausing);
                var one = Peer.of(server);
                var other = Peer.of(server)) {
            one.send("pause");
            assertThat(other.ask("go on")).isEqualTo("done");
            end.countDown();
            assertThat(one.line()).isEqualTo("done");
        }
    }

    // Elsewhere

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void goesOnInAThreadWithWhatWasReadAhead(String engine) throws Exception {
        RequestHandler<StreamRequest> rest =
                request -> {
                    for (String line; (line = request.input().readLine()) != null; ) {
                        request.output().writeLine(Thread.currentThread().isVirtual() + " " + line);
                    }
                };
        FrameHandler<String> first =
                (line, request) -> {
                    request.send("frame " + line);
                    ((StreamRequest) request.request())
                            .continueIn(ConcurrencyModel.threading(), rest);
                };
        try (var server = serveLines(engine, selector(), first);
                var peer = Peer.of(server)) {
            peer.send("one\ntwo\nthr");
            assertThat(peer.line()).isEqualTo("frame one");
            assertThat(peer.line()).isEqualTo("true two");
            assertThat(peer.ask("ee")).isEqualTo("true three".replace("three", "thr"));
            assertThat(peer.line()).isEqualTo("true ee");
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void comesFromAThreadWithWhatWasReadAhead(String engine) throws Exception {
        SelectorModel model = selector();
        RequestHandler<StreamRequest> first =
                request -> {
                    request.output().writeLine("first " + request.input().readLine());
                    request.continueIn(
                            model,
                            Framing.lines()
                                    .streams(
                                            (line, framed) ->
                                                    framed.send(
                                                            Thread.currentThread().isVirtual()
                                                                    + " "
                                                                    + line)));
                };
        try (var server = serve(engine, ConcurrencyModel.threading(), first);
                var peer = Peer.of(server)) {
            peer.send("one\ntwo");
            assertThat(peer.line()).isEqualTo("first one");
            assertThat(peer.line()).isEqualTo("false two");
            assertThat(peer.ask("three")).isEqualTo("false three");
        }
    }

    // The end

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void drainsConnectionsAndServesAgain(String engine) throws Exception {
        try (var server = serveLines(engine, selector(), (line, request) -> request.send(line))) {
            try (var peer = Peer.of(server)) {
                assertThat(peer.ask("hello")).isEqualTo("hello");
                server.shutdown();
                assertThat(peer.ask("still there")).isEqualTo("still there");
                server.start();
                try (var other = Peer.of(server)) {
                    assertThat(other.ask("new")).isEqualTo("new");
                }
                ShutdownReport report = server.shutdown(Duration.ofMillis(50));
                // Perhaps with the other one, which has just gone.
                assertThat(report.finished()).isBetween(1, 2);
                assertThat(report.cut()).isEmpty();
                assertThat(peer.ended()).isTrue();
            }
            eventually(() -> assertThat(server.requests()).isEmpty());
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void callsServiceActionsAtTheirInterval(String engine) throws Exception {
        var echo = Framing.lines().streams((line, request) -> request.send(line));
        try (var server =
                OnEngine.on(
                        engine, () -> new NotingServer(echo, selector(), ServerOptions.DEFAULT))) {
            Background<Boolean> serving =
                    Background.run(() -> server.serveForever(Duration.ofMillis(10)));
            reached(serviced);
            server.shutdown();
            serving.join();
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void stopsWhenItsServingThreadIsInterrupted(String engine) throws Exception {
        var echo = Framing.lines().streams((line, request) -> request.send(line));
        try (var server =
                OnEngine.on(
                        engine, () -> new NotingServer(echo, selector(), ServerOptions.DEFAULT))) {
            Background<Boolean> serving = Background.run(server::serveForever);
            try (var peer = Peer.of(server)) {
                assertThat(peer.ask("hello")).isEqualTo("hello");
                serving.thread().interrupt();
                serving.join();
                assertThat(peer.ask("still there")).isEqualTo("still there");
            }
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void isStoppedByItsHandlers(String engine) throws Exception {
        try (var server =
                        serveLines(
                                engine,
                                selector(),
                                (line, request) -> {
                                    request.request().server(BaseServer.class).shutdown();
                                    request.send(line);
                                });
                var peer = Peer.of(server)) {
            assertThat(peer.ask("stop")).isEqualTo("stop");
            assertThatThrownBy(
                            () -> {
                                try (var late = Peer.of(server)) {
                                    late.socket.setSoTimeout(200);
                                    late.ask("nobody takes it");
                                }
                            })
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void survivesItsOwnClose(String engine) throws Exception {
        var closed = new CountDownLatch(1);
        FrameHandler<String> closing =
                (line, request) -> {
                    request.send(line);
                    request.request().server(BaseServer.class).close();
                    closed.countDown();
                };
        try (var server = serveLines(engine, selector(), closing);
                var other = Peer.of(server);
                var peer = Peer.of(server)) {
            eventually(() -> assertThat(server.requests()).hasSize(2));
            assertThat(peer.ask("close")).isEqualTo("close");
            reached(closed);
            peer.disconnect();
            other.disconnect();
            eventually(() -> assertThat(server.requests()).isEmpty());
        }
    }

    @ParameterizedTest
    @FieldSource("socketserver.Variant#ENGINES")
    void closesIdleConnectionsAtItsClose(String engine) throws Exception {
        var ended = new CountDownLatch(2);
        FrameHandler<String> noting =
                new FrameHandler<>() {
                    private static final long serialVersionUID = 1;

                    @Override
                    public void handle(String line, FramedRequest<String> request)
                            throws IOException {
                        request.send(line);
                    }

                    @Override
                    public void closed(FramedRequest<String> request) {
                        ended.countDown();
                    }
                };
        var options =
                ServerOptions.DEFAULT.withDeadlines(
                        deadlines -> deadlines.withClose(Duration.ofMillis(50)));
        try (var server = serve(engine, selector(), options, Framing.lines().streams(noting));
                var one = Peer.of(server);
                var other = Peer.of(server)) {
            assertThat(one.ask("a")).isEqualTo("a");
            assertThat(other.ask("b")).isEqualTo("b");
            Background.run(server::close).join();
            reached(ended);
            try (InputStream rest = one.socket.getInputStream()) {
                assertThat(rest.read()).isNegative();
            }
        }
    }
}
