package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.concurrency.ForkingModel;
import socketserver.framing.FrameHandler;
import socketserver.framing.FramedRequest;
import socketserver.framing.Framing;
import socketserver.request.Attribute;
import socketserver.request.ClientDeadlines;
import socketserver.request.CloseReason;
import socketserver.request.DatagramRequest;
import socketserver.request.DatagramRequestHandler;
import socketserver.request.DeadlineKind;
import socketserver.request.HexTap;
import socketserver.request.PcapTap;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.StreamRequestHandler;
import socketserver.tls.TlsSettings;

import java.io.IOException;
import java.io.StringWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// The examples of the Javadoc, compiled and run.
@Timeout(20)
class SnippetsTest {
    private final InetSocketAddress address = Peer.anyPort();

    // @start region="stream-handler"
    static class Echo extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            for (String line; (line = input().readLine()) != null; ) {
                output().writeLine(line);
            }
        }
    }

    // @end

    // @start region="datagram-handler"
    static class Upper extends DatagramRequestHandler {
        @Override
        protected void handle() throws IOException {
            output().write(new String(packet(), UTF_8).toUpperCase(Locale.ROOT));
        }
    }

    // @end

    // @start region="mix-in"
    static final class UpperServer extends UdpServer implements ThreadingMixIn {
        UpperServer(InetSocketAddress address) throws IOException {
            super(address, Upper::new);
        }

        @Override
        protected boolean verifyRequest(DatagramRequest request) {
            return !request.truncated();
        }
    }

    // @end

    // @start region="forking"
    static final class UpperForkingServer extends UdpServer implements ForkingMixIn {
        private static final long serialVersionUID = 1;

        UpperForkingServer(InetSocketAddress address) throws IOException {
            super(address, Upper::new);
        }

        @Override
        public int maxChildren() {
            return 8;
        }
    }

    // @end

    // @start region="selector"
    /// Counts the words of all its clients, without a lock.
    static final class WordCounter extends TcpServer implements SelectorMixIn {
        private final Map<String, Integer> counts = new HashMap<>();

        WordCounter(InetSocketAddress address) throws IOException {
            super(address, WordCounter::count);
        }

        private static void count(StreamRequest request) throws IOException {
            Map<String, Integer> counts = request.server(WordCounter.class).counts;
            for (String word; (word = request.input().readLine()) != null; ) {
                request.output().writeLine(word + " " + counts.merge(word, 1, Integer::sum));
            }
        }
    }

    // @end

    @Test
    void aSelectorsHandlersShareWithoutALock() throws Exception {
        try (var server = new WordCounter(address)) {
            server.start();
            try (var client =
                    new Socket(server.address().getAddress(), server.address().getPort())) {
                client.getOutputStream().write("ha\nha\n".getBytes(UTF_8));
                client.shutdownOutput();
                assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("ha 1\nha 2\n");
            }
        }
    }

    @Test
    void aHandlerThatWaitsForOthersGivesWay() throws Exception {
        BlockingQueue<String> jobs = new LinkedBlockingQueue<>(List.of("done"));
        // @start region="give-way"
        RequestHandler<StreamRequest> handler =
                request -> {
                    String job = request.giveWay(jobs::take);
                    request.output().writeLine(job);
                };
        // @end
        try (var server = new SelectorTcpServer(address, handler)) {
            server.start();
            try (var client =
                    new Socket(server.address().getAddress(), server.address().getPort())) {
                assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("done\n");
            }
        }
    }

    // @start region="frame-handler"
    static class Greeter implements FrameHandler<String> {
        private static final long serialVersionUID = 1;
        private static final Attribute<String> NAME = Attribute.named("name");

        @Override
        public void opened(FramedRequest<String> request) throws IOException {
            request.send("who is there?");
        }

        @Override
        public void handle(String line, FramedRequest<String> request) throws IOException {
            String name = request.request().attribute(NAME);
            if (name == null) {
                request.request().attribute(NAME, line);
                request.send("hello " + line);
            } else {
                request.send(name + " says " + line);
            }
        }
    }

    // @end

    @Test
    void aFrameHandlerIsGivenOneLineAtATime() throws Exception {
        // @start region="framing"
        try (var server = new SelectorTcpServer(address, Framing.lines().streams(new Greeter()))) {
            server.start();
            // @end
            try (var client =
                    new Socket(server.address().getAddress(), server.address().getPort())) {
                client.getOutputStream().write("Ada\r\ngood morning".getBytes(UTF_8));
                client.shutdownOutput();
                assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("who is there?\nhello Ada\nAda says good morning\n");
            }
        }
    }

    // @start region="own-framing"
    /// Frames of 16 bits, two bytes each.
    record Words() implements Framing<Short> {
        @Override
        public @Nullable Short decode(ByteBuffer bytes, int seen) {
            return bytes.remaining() < 2 ? null : bytes.getShort();
        }

        @Override
        public ByteBuffer encode(Short frame) {
            return ByteBuffer.allocate(2).putShort(frame).flip();
        }
    }

    // @end

    @Test
    void aHandlerReadsFrames() throws Exception {
        // @start region="frames"
        Framing<byte[]> netstrings = Framing.netstrings();
        RequestHandler<StreamRequest> reverse =
                request -> {
                    for (byte[] frame; (frame = request.input().read(netstrings)) != null; ) {
                        request.output().write(netstrings.encode(reversed(frame)));
                    }
                };
        // @end
        RequestHandler<StreamRequest> words =
                request -> {
                    Short word = request.input().read(new Words());
                    request.output().write(new Words().encode(word));
                };
        assertThat(answer(reverse, "3:abc,0:,")).isEqualTo("3:cba,0:,");
        assertThat(answer(words, "xyz")).isEqualTo("xy");
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    private String answer(RequestHandler<StreamRequest> handler, String sent) throws IOException {
        try (var server = new TcpServer(address, handler)) {
            server.start();
            try (var client =
                    new Socket(server.address().getAddress(), server.address().getPort())) {
                client.getOutputStream().write(sent.getBytes(UTF_8));
                client.shutdownOutput();
                return new String(client.getInputStream().readAllBytes(), UTF_8);
            }
        }
    }

    private static void assertMakesUpper(UdpServer server) throws IOException {
        try (var client = new DatagramSocket()) {
            server.start();
            byte[] packet = "loud".getBytes(UTF_8);
            client.send(new DatagramPacket(packet, packet.length, server.address()));
            var reply = new DatagramPacket(new byte[100], 100);
            client.receive(reply);
            assertThat(new String(reply.getData(), 0, reply.getLength(), UTF_8)).isEqualTo("LOUD");
        }
    }

    @Test
    void aMixInGivesProcesses() throws Exception {
        try (var server = new UpperForkingServer(address)) {
            assertMakesUpper(server);
        }
    }

    @Test
    void aRequestGoesOnInAnotherProcess() throws Exception {
        // @start region="continue"
        ForkingModel processes = ForkingModel.standard();
        RequestHandler<StreamRequest> risky =
                request -> request.output().writeLine("computed " + request.input().readLine());
        RequestHandler<StreamRequest> first =
                request -> {
                    if ("compute".equals(request.input().readLine())) {
                        request.continueIn(processes, risky);
                    } else {
                        request.output().writeLine("pong");
                    }
                };
        // @end
        try (var server = new ThreadingTcpServer(address, first)) {
            server.start();
            assertThat(ask(server.address(), "ping\n")).isEqualTo("pong\n");
            assertThat(ask(server.address(), "compute\n42\n")).isEqualTo("computed 42\n");
        }
    }

    @Test
    void aStreamHandlerEchoes() throws Exception {
        // @start region="server"
        try (var server = new ThreadingTcpServer(address, Echo::new)) {
            server.start();
            assertThat(ask(server.address(), "hello\n")).isEqualTo("hello\n");
        }
        // @end
    }

    @Test
    void aLambdaAnswers() throws Exception {
        // @start region="lambda"
        RequestHandler<StreamRequest> greeter =
                request -> request.output().writeLine("hello " + request.input().readLine());
        // @end
        try (var server = new TcpServer(address, greeter)) {
            server.start();
            assertThat(ask(server.address(), "you\n")).isEqualTo("hello you\n");
        }
    }

    @Test
    void aMixInGivesThreads() throws Exception {
        try (var server = new UpperServer(address)) {
            assertMakesUpper(server);
        }
    }

    @Test
    void aCompositionOpens() throws Exception {
        // @start region="composition"
        try (var server =
                SocketServer.tcp(address)
                        .threading()
                        .maxConnections(100)
                        .readTimeout(Duration.ofSeconds(30))
                        .open(Echo::new)) {
            server.start();
            assertThat(ask(server.address(), "hello\n")).isEqualTo("hello\n");
        }
        // @end
    }

    @Test
    void aCompositionGoesThroughTls() throws Exception {
        Path certificate = Credentials.shared().certificate();
        Path key = Credentials.shared().key();
        // @start region="tls"
        try (var server =
                SocketServer.tcp(address)
                        .threading()
                        .tls(TlsSettings.pem(certificate, key))
                        .open(Echo::new)) {
            server.start();
            // @end
            try (var client = Family.TLS.connect(server.address())) {
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
        }
    }

    @Test
    void aHandlerStartsTls() throws Exception {
        TlsSettings settings = Credentials.shared().settings().withTlsOnRequest();
        // @start region="start-tls"
        RequestHandler<StreamRequest> mail =
                request -> {
                    for (String line; (line = request.input().readLine()) != null; ) {
                        if (line.equals("STARTTLS") && request.tls() == null) {
                            request.output().writeLine("220 go ahead");
                            request.startTls();
                        } else {
                            request.output().writeLine("250 " + line);
                        }
                    }
                };
        // @end
        try (var server = SocketServer.tcp(address).tls(settings).open(mail);
                SocketChannel channel = SocketChannel.open(server.address())) {
            server.start();
            assertThat(new StreamClient(channel).ask("STARTTLS")).isEqualTo("220 go ahead");
            try (var client = StreamClient.secure(channel)) {
                assertThat(client.ask("hello")).isEqualTo("250 hello");
            }
        }
    }

    @Test
    void optionsChangeInGroups() {
        // @start region="options"
        ServerOptions options =
                ServerOptions.DEFAULT
                        .withLimits(limits -> limits.withMaxConnections(100))
                        .withDeadlines(deadlines -> deadlines.withRead(Duration.ofSeconds(30)));
        // @end
        assertThat(options.limits().maxConnections()).isEqualTo(100);
        assertThat(options.deadlines().of(DeadlineKind.READ)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aListenerIsTold() throws Exception {
        AtomicInteger live = new AtomicInteger();
        List<CloseReason> reasons = new CopyOnWriteArrayList<>();
        try (var server = new ThreadingTcpServer(address, Echo::new)) {
            // @start region="listener"
            server.addListener(
                    new ServerListener() {
                        @Override
                        public void opened(LiveRequest request) {
                            live.incrementAndGet();
                        }

                        @Override
                        public void closed(LiveRequest request, CloseReason reason) {
                            live.decrementAndGet();
                            reasons.add(reason);
                        }
                    });
            // @end
            server.start();
            assertThat(ask(server.address(), "hello\n")).isEqualTo("hello\n");
        }
        assertThat(live).hasValue(0);
        assertThat(reasons).containsExactly(CloseReason.HANDLED);
    }

    @Test
    void aListenerPutsATapOn(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("clients.pcap");
        // @start region="tap"
        try (var tap = PcapTap.open(file);
                var server = new ThreadingTcpServer(address, Echo::new)) {
            Subnet watched = Subnet.of("127.0.0.0/8");
            server.addListener(
                    new ServerListener() {
                        @Override
                        public void opened(LiveRequest request) {
                            if (request.client() instanceof InetSocketAddress client
                                    && watched.contains(client.getAddress())) {
                                request.request().tap(tap);
                            }
                        }
                    });
            server.start();
            // @end
            assertThat(ask(server.address(), "hello\n")).isEqualTo("hello\n");
        }
        assertThat(Files.readString(file, ISO_8859_1)).contains("hello\n");
    }

    @Test
    void aTapIsPutOnALiveRequest() throws Exception {
        var log = new StringWriter();
        try (var server = new ThreadingTcpServer(address, Echo::new)) {
            server.start();
            try (var client =
                    new Socket(server.address().getAddress(), server.address().getPort())) {
                eventually(() -> assertThat(server.requests()).hasSize(1));
                // @start region="tap-switched"
                for (LiveRequest row : server.requests()) {
                    row.request().tap(HexTap.to(log));
                }
                // @end
                client.getOutputStream().write("hello\n".getBytes(UTF_8));
                assertThat(client.getInputStream().readNBytes(6)).asString().isEqualTo("hello\n");
            }
        }
        assertThat(log.toString())
                .contains(
                        ": received 6 bytes\n"
                                + "00000000  68 65 6c 6c 6f 0a                              "
                                + "   |hello.|\n");
    }

    @Test
    void serversLiveTogether() throws Exception {
        // @start region="group"
        try (var tcp = new ThreadingTcpServer(address, Echo::new);
                var udp = new ThreadingUdpServer(address, Upper::new);
                var servers = ServerGroup.of(tcp, udp)) {
            servers.start();
            assertThat(ask(tcp.address(), "hello\n")).isEqualTo("hello\n");
            ShutdownReport report = servers.shutdown(Duration.ofSeconds(30));
            assertThat(report.cut()).isEmpty();
        }
        // @end
    }

    @Test
    void socketsOfTheServiceManagerAreServed() throws Exception {
        RequestHandler<Request> handler = request -> {};
        // @start region="inherited"
        List<BaseServer<?>> servers = new ArrayList<>();
        for (InheritedSocket socket : InheritedSocket.all()) {
            servers.add(SocketServer.descriptor(socket.descriptor()).threading().open(handler));
        }
        // @end
        assertThat(servers).isEmpty();
    }

    @Test
    void theServiceManagerIsTold() throws Exception {
        // @start region="notifier"
        try (var server = new ThreadingTcpServer(address, Echo::new);
                var notifier = ServiceNotifier.fromEnvironment()) {
            server.start();
            notifier.ready();
            assertThat(ask(server.address(), "hello\n")).isEqualTo("hello\n");
            notifier.stopping();
            server.shutdown(Duration.ofSeconds(30));
        }
        // @end
    }

    @Test
    void anInterceptorIsAroundTheHandler() throws Exception {
        try (var server = new ThreadingTcpServer(address, Echo::new)) {
            // @start region="interceptor"
            server.addInterceptor(
                    (request, next) -> {
                        if ("secret".equals(request.input().readLine())) {
                            next.handle(request);
                        }
                    });
            // @end
            server.start();
            assertThat(ask(server.address(), "secret\nhello\n")).isEqualTo("hello\n");
            assertThat(ask(server.address(), "guess\nhello\n")).isEmpty();
        }
    }

    @Test
    void aRequestHasDeadlinesOfItsOwn() throws Exception {
        // @start region="deadlines"
        RequestHandler<StreamRequest> handler =
                request -> {
                    String password = request.input().readLine();
                    if ("secret".equals(password)) {
                        ClientDeadlines times = request.deadlines();
                        request.deadlines(times.with(DeadlineKind.IDLE, Duration.ofHours(1)));
                        request.output().writeLine("welcome");
                    }
                };
        // @end
        try (var server = new TcpServer(address, handler)) {
            server.start();
            assertThat(ask(server.address(), "secret\n")).isEqualTo("welcome\n");
        }
    }

    @Test
    void severalReadsMakeAMessage() throws Exception {
        // @start region="message"
        RequestHandler<StreamRequest> handler =
                request -> {
                    String letter =
                            request.message(
                                    () -> {
                                        String head = request.input().readLine();
                                        return head + ": " + request.input().readLine();
                                    });
                    request.output().writeLine(letter);
                };
        // @end
        try (var server = new TcpServer(address, handler)) {
            server.start();
            assertThat(ask(server.address(), "Dear\nyou\n")).isEqualTo("Dear: you\n");
        }
    }

    @Test
    void aModelOfOnesOwnRunsHandlers() throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            // @start region="own-model"
            ConcurrencyModel model = task -> pool.execute(task);
            // @end
            try (var server = SocketServer.tcp(address).model(model).open(Echo::new)) {
                server.start();
                assertThat(ask(server.address(), "hello\n")).isEqualTo("hello\n");
            }
        }
    }

    // @start region="attribute"
    static final Attribute<String> USER = Attribute.named("user");

    static void logIn(StreamRequest request) throws IOException {
        request.attribute(USER, request.input().readLine());
        request.output().writeLine("welcome, " + request.attribute(USER));
    }

    // @end

    @Test
    void anAttributeStaysWithItsRequest() throws Exception {
        RequestHandler<StreamRequest> handler = SnippetsTest::logIn;
        try (var server = new TcpServer(address, handler)) {
            server.start();
            assertThat(ask(server.address(), "ada\n")).isEqualTo("welcome, ada\n");
        }
    }

    private static String ask(InetSocketAddress address, String question) throws IOException {
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            client.getOutputStream().write(question.getBytes(UTF_8));
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), UTF_8);
        }
    }
}
