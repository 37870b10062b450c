package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.Patience.eventually;
import static socketserver.Patience.reached;
import static socketserver.Peer.anyPort;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

import socketserver.request.DatagramRequestHandler;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.StreamRequestHandler;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/// The 27 tests of CPython's `Lib/test/test_socketserver.py`, each under its own name.
@Timeout(20)
class CPythonTest {
    private static final List<String> ALL =
            List.of(
                    "test_TCPServer",
                    "test_ThreadingTCPServer",
                    "test_ForkingTCPServer",
                    "test_UnixStreamServer",
                    "test_ThreadingUnixStreamServer",
                    "test_ForkingUnixStreamServer",
                    "test_UDPServer",
                    "test_ThreadingUDPServer",
                    "test_ForkingUDPServer",
                    "test_UnixDatagramServer",
                    "test_ThreadingUnixDatagramServer",
                    "test_ForkingUnixDatagramServer",
                    "test_shutdown",
                    "test_close_immediately",
                    "test_tcpserver_bind_leak",
                    "test_context_manager",
                    "test_sync_handled",
                    "test_sync_not_handled",
                    "test_threading_handled",
                    "test_threading_not_handled",
                    "test_forking_handled",
                    "test_forking_not_handled",
                    "test_basics",
                    "test_write",
                    "test_all",
                    "test_shutdown_request_called_if_verify_request_false",
                    "test_threads_reaped");

    /// The names that programs may use: what `__all__` is in Python.
    private static final List<String> PUBLIC =
            List.of(
                    "socketserver.BaseServer",
                    "socketserver.ConcurrencyMixIn",
                    "socketserver.DatagramServer",
                    "socketserver.Deadlines",
                    "socketserver.Drain",
                    "socketserver.ForkingMixIn",
                    "socketserver.ForkingTcpServer",
                    "socketserver.ForkingUdpServer",
                    "socketserver.ForkingUnixDatagramServer",
                    "socketserver.ForkingUnixStreamServer",
                    "socketserver.HandleResult",
                    "socketserver.InheritedSocket",
                    "socketserver.Limits",
                    "socketserver.ListeningServer",
                    "socketserver.LiveRequest",
                    "socketserver.LiveRequest$State",
                    "socketserver.OverLimit",
                    "socketserver.ProxySettings",
                    "socketserver.RefusalReason",
                    "socketserver.SelectorMixIn",
                    "socketserver.SelectorTcpServer",
                    "socketserver.SelectorUdpServer",
                    "socketserver.SelectorUnixDatagramServer",
                    "socketserver.SelectorUnixStreamServer",
                    "socketserver.Interceptor",
                    "socketserver.ServerGroup",
                    "socketserver.ServerListener",
                    "socketserver.ServiceNotifier",
                    "socketserver.ServerOptions",
                    "socketserver.ShutdownReport",
                    "socketserver.ShutdownReport$Stuck",
                    "socketserver.SocketServer",
                    "socketserver.SocketSettings",
                    "socketserver.StreamServer",
                    "socketserver.Subnet",
                    "socketserver.TcpServer",
                    "socketserver.ThreadingMixIn",
                    "socketserver.ThreadingTcpServer",
                    "socketserver.ThreadingUdpServer",
                    "socketserver.ThreadingUnixDatagramServer",
                    "socketserver.ThreadingUnixStreamServer",
                    "socketserver.UdpServer",
                    "socketserver.UnixDatagramServer",
                    "socketserver.UnixStreamServer",
                    "socketserver.concurrency.ChildProcess",
                    "socketserver.concurrency.ConcurrencyModel",
                    "socketserver.concurrency.Detached",
                    "socketserver.concurrency.ForkingModel",
                    "socketserver.concurrency.LastingTask",
                    "socketserver.concurrency.LastingTask$Awaited",
                    "socketserver.concurrency.LastingTask$Lasting",
                    "socketserver.concurrency.MovableTask",
                    "socketserver.concurrency.OutputLimits",
                    "socketserver.concurrency.Overflow",
                    "socketserver.concurrency.RequestLoop",
                    "socketserver.concurrency.SelectorModel",
                    "socketserver.concurrency.ThreadingModel",
                    "socketserver.concurrency.UnfinishedFrame",
                    "socketserver.framing.ByteFraming",
                    "socketserver.framing.EnvelopeFraming",
                    "socketserver.framing.FixedFraming",
                    "socketserver.framing.FrameHandler",
                    "socketserver.framing.FramedPackets",
                    "socketserver.framing.FramedRequest",
                    "socketserver.framing.FramedRequest$Action",
                    "socketserver.framing.FramedRequest$Timer",
                    "socketserver.framing.FramedStreams",
                    "socketserver.framing.Framing",
                    "socketserver.framing.FramingException",
                    "socketserver.framing.LengthFraming",
                    "socketserver.framing.LineFraming",
                    "socketserver.framing.NetstringFraming",
                    "socketserver.request.Attribute",
                    "socketserver.request.BaseRequestHandler",
                    "socketserver.request.CloseReason",
                    "socketserver.request.DatagramRequest",
                    "socketserver.request.DatagramRequestHandler",
                    "socketserver.request.DeadlineException",
                    "socketserver.request.DeadlineKind",
                    "socketserver.request.DisconnectedException",
                    "socketserver.request.FrameDecoder",
                    "socketserver.request.HandlerFactory",
                    "socketserver.request.HandshakeException",
                    "socketserver.request.HexTap",
                    "socketserver.request.InputClock",
                    "socketserver.request.ClientDeadlines",
                    "socketserver.request.InputTooLongException",
                    "socketserver.request.LinuxSocketOptions",
                    "socketserver.request.OutputOverflowException",
                    "socketserver.request.PcapTap",
                    "socketserver.request.ProxyHeader",
                    "socketserver.request.Request",
                    "socketserver.request.Request$Waiting",
                    "socketserver.request.RequestHandler",
                    "socketserver.request.RequestInput",
                    "socketserver.request.RequestOutput",
                    "socketserver.request.RequestRunner",
                    "socketserver.request.RequestTask",
                    "socketserver.request.Server",
                    "socketserver.request.StreamRequest",
                    "socketserver.request.StreamRequestHandler",
                    "socketserver.request.TlsSession",
                    "socketserver.request.Turn",
                    "socketserver.request.Turn$Call",
                    "socketserver.request.UnixAddress",
                    "socketserver.request.UnixCredentials",
                    "socketserver.request.WireTap",
                    "socketserver.tls.ClientCertificates",
                    "socketserver.tls.TlsCertificate",
                    "socketserver.tls.TlsContext",
                    "socketserver.tls.TlsSettings");

    @Test
    void eachOfThemIsHere() {
        List<String> ported =
                Arrays.stream(CPythonTest.class.getDeclaredMethods())
                        .map(method -> method.getAnnotation(DisplayName.class))
                        .filter(name -> name != null)
                        .map(DisplayName::value)
                        .toList();
        assertThat(ported).containsExactlyInAnyOrderElementsOf(ALL).hasSize(27);
    }

    // SocketServerTest

    private static final class StreamEcho extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            output().writeLine(input().readLine());
        }
    }

    private static final class DatagramEcho extends DatagramRequestHandler {
        @Override
        protected void handle() throws IOException {
            output().writeLine(input().readLine());
        }
    }

    /// Python's `run_server`: serves in a thread, asks three times, stops, closes.
    private static void run(BaseServer<?> server, Family family) throws Exception {
        Thread serving =
                Thread.ofPlatform().start(() -> server.serveForever(Duration.ofMillis(10)));
        for (int i = 0; i < 3; i++) {
            try (Client client = family.connect(server.address())) {
                client.send(family.isStream() ? "hello world" : "hello world\n");
                assertThat(client.receive())
                        .isEqualTo(family.isStream() ? "hello world" : "hello world\n");
            }
        }
        server.shutdown();
        serving.join();
        server.close();
        assertThat(server.requests()).isEmpty();
        assertThatThrownBy(server::handleRequest).isInstanceOf(IllegalStateException.class);
    }

    private interface Opener {
        BaseServer<?> open(UnixAddress address) throws IOException;
    }

    private static void runUnix(Family family, Opener opener) throws Exception {
        Path folder = Files.createTempDirectory("socketserver");
        UnixAddress address = UnixAddress.of(folder.resolve("s"));
        BaseServer<?> server = opener.open(address);
        assertThat(server.address()).isEqualTo(address);
        run(server, family);
        Files.delete(folder);
    }

    @Test
    @DisplayName("test_TCPServer")
    void tcpServer() throws Exception {
        run(new TcpServer(anyPort(), StreamEcho::new), Family.TCP_IPV4);
    }

    @Test
    @DisplayName("test_ThreadingTCPServer")
    void threadingTcpServer() throws Exception {
        run(new ThreadingTcpServer(anyPort(), StreamEcho::new), Family.TCP_IPV4);
    }

    @Test
    @DisplayName("test_UnixStreamServer")
    void unixStreamServer() throws Exception {
        runUnix(Family.UNIX_STREAM, address -> new UnixStreamServer(address, StreamEcho::new));
    }

    @Test
    @DisplayName("test_ThreadingUnixStreamServer")
    void threadingUnixStreamServer() throws Exception {
        runUnix(
                Family.UNIX_STREAM,
                address -> new ThreadingUnixStreamServer(address, StreamEcho::new));
    }

    @Test
    @DisplayName("test_UDPServer")
    void udpServer() throws Exception {
        run(new UdpServer(anyPort(), DatagramEcho::new), Family.UDP_IPV4);
    }

    @Test
    @DisplayName("test_ThreadingUDPServer")
    void threadingUdpServer() throws Exception {
        run(new ThreadingUdpServer(anyPort(), DatagramEcho::new), Family.UDP_IPV4);
    }

    @Test
    @DisplayName("test_UnixDatagramServer")
    void unixDatagramServer() throws Exception {
        runUnix(
                Family.UNIX_DATAGRAM,
                address -> new UnixDatagramServer(address, DatagramEcho::new));
    }

    @Test
    @DisplayName("test_ThreadingUnixDatagramServer")
    void threadingUnixDatagramServer() throws Exception {
        runUnix(
                Family.UNIX_DATAGRAM,
                address -> new ThreadingUnixDatagramServer(address, DatagramEcho::new));
    }

    /// Python's `simple_subprocess`: another child of the program is alive meanwhile, and its
    /// status is not taken away from it.
    private static void besideAChildOfTheProgram(Executable test) throws Throwable {
        Process child = new ProcessBuilder("sh", "-c", "read _; exit 72").start();
        try {
            test.execute();
        } finally {
            child.getOutputStream().close();
            assertThat(child.waitFor()).isEqualTo(72);
        }
    }

    private static void runForking(BaseServer<?> server, Family family) throws Exception {
        run(server, family);
        assertThat(((ForkingMixIn) server).activeChildren()).isEmpty();
    }

    @Test
    @DisplayName("test_ForkingTCPServer")
    void forkingTcpServer() throws Throwable {
        besideAChildOfTheProgram(
                () ->
                        runForking(
                                new ForkingTcpServer(anyPort(), StreamEcho::new), Family.TCP_IPV4));
    }

    @Test
    @DisplayName("test_ForkingUnixStreamServer")
    void forkingUnixStreamServer() throws Throwable {
        besideAChildOfTheProgram(
                () ->
                        runUnix(
                                Family.UNIX_STREAM,
                                address -> new ForkingUnixStreamServer(address, StreamEcho::new)));
    }

    @Test
    @DisplayName("test_ForkingUDPServer")
    void forkingUdpServer() throws Throwable {
        besideAChildOfTheProgram(
                () ->
                        runForking(
                                new ForkingUdpServer(anyPort(), DatagramEcho::new),
                                Family.UDP_IPV4));
    }

    @Test
    @DisplayName("test_ForkingUnixDatagramServer")
    void forkingUnixDatagramServer() throws Throwable {
        besideAChildOfTheProgram(
                () ->
                        runUnix(
                                Family.UNIX_DATAGRAM,
                                address ->
                                        new ForkingUnixDatagramServer(address, DatagramEcho::new)));
    }

    @Test
    @DisplayName("test_shutdown")
    void shutdownEndsEachServingWhateverTheInterleaving() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (var server = new TcpServer(anyPort(), StreamEcho::new)) {
                Thread serving =
                        Thread.ofPlatform()
                                .daemon()
                                .start(() -> server.serveForever(Duration.ofMillis(10)));
                server.shutdown();
                serving.join();
            }
        }
    }

    @Test
    @DisplayName("test_close_immediately")
    void closesWithoutAnyRequest() throws Exception {
        var called = new AtomicInteger();
        var server = new ThreadingTcpServer(anyPort(), _ -> called.incrementAndGet());
        server.close();
        assertThat(called).hasValue(0);
    }

    /// Python's port -1 is refused by Java's addresses before there is a socket: a port that is
    /// taken is refused after.
    @Test
    @DisplayName("test_tcpserver_bind_leak")
    void leavesNoSocketOpenIfItCannotBind() throws Exception {
        try (var taken = new TcpServer(anyPort(), StreamEcho::new)) {
            long before = LeavesNothingBehind.descriptors("");
            for (int i = 0; i < 1024; i++) {
                assertThatThrownBy(() -> new TcpServer(taken.address(), StreamEcho::new))
                        .isInstanceOf(BindException.class);
            }
            assertThat(LeavesNothingBehind.descriptors("")).isLessThan(before + 100);
        }
    }

    @Test
    @DisplayName("test_context_manager")
    void isClosedAfterItsBlock() throws Exception {
        var server = new TcpServer(anyPort(), StreamEcho::new);
        try (server) {
            assertThat(server.address().getPort()).isPositive();
        }
        assertThatThrownBy(server::serveForever).isInstanceOf(IllegalStateException.class);
        // Nobody has the port any more.
        new TcpServer(server.address(), StreamEcho::new).close();
    }

    // ErrorHandlerTest

    /// Python's `SystemExit`: nothing that a handler's author wants to have handled.
    private static final class Exit extends Error {
        private static final long serialVersionUID = 1;
    }

    /// Notes what is called, in whatever process.
    private static class NotingServer extends TcpServer implements Serializable {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("serial") // a shared one is
        final List<String> log = Shared.list();

        final Shared.Latch shutdownRequestCalled = Shared.latch(1);

        NotingServer(RequestHandler<StreamRequest> handler) throws IOException {
            super(anyPort(), handler);
        }

        @Override
        protected void handleError(StreamRequest request, Throwable failure) {
            log.add("Error handled");
        }

        @Override
        protected void shutdownRequest(StreamRequest request) throws IOException {
            super.shutdownRequest(request);
            log.add("shutdown_request");
            shutdownRequestCalled.countDown();
        }
    }

    private static final class NotingThreadingServer extends NotingServer
            implements ThreadingMixIn {
        private static final long serialVersionUID = 1;

        NotingThreadingServer(RequestHandler<StreamRequest> handler) throws IOException {
            super(handler);
        }
    }

    /// As in Python, its hooks run in the child.
    private static final class NotingForkingServer extends NotingServer implements ForkingMixIn {
        private static final long serialVersionUID = 1;

        NotingForkingServer(RequestHandler<StreamRequest> handler) throws IOException {
            super(handler);
        }
    }

    @Test
    @DisplayName("test_forking_handled")
    void handlesAnExceptionOfAHandlerInAProcessOfItsOwn() throws Exception {
        try (var server =
                        new NotingForkingServer(
                                _ -> {
                                    throw new IllegalStateException("as told");
                                });
                var _ = Family.TCP_IPV4.connect(server.address())) {
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            reached(server.shutdownRequestCalled);
            assertThat(List.copyOf(server.log))
                    .containsExactly("Error handled", "shutdown_request");
        }
    }

    @Test
    @DisplayName("test_forking_not_handled")
    void endsTheProcessOfAHandlerThatThrowsAnError() throws Exception {
        try (var server =
                        new NotingForkingServer(
                                _ -> {
                                    throw new Exit();
                                });
                var _ = Family.TCP_IPV4.connect(server.address())) {
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            reached(server.shutdownRequestCalled);
            assertThat(List.copyOf(server.log)).containsExactly("shutdown_request");
        }
    }

    @Test
    @DisplayName("test_sync_handled")
    void handlesAnExceptionOfAHandler() throws Exception {
        try (var server =
                        new NotingServer(
                                _ -> {
                                    throw new IllegalStateException("as told");
                                });
                var _ = Family.TCP_IPV4.connect(server.address())) {
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            assertThat(List.copyOf(server.log))
                    .containsExactly("Error handled", "shutdown_request");
        }
    }

    @Test
    @DisplayName("test_sync_not_handled")
    void letsAnErrorOfAHandlerOutOfHandleRequest() throws Exception {
        try (var server =
                        new NotingServer(
                                _ -> {
                                    throw new Exit();
                                });
                var _ = Family.TCP_IPV4.connect(server.address())) {
            assertThatThrownBy(server::handleRequest).isInstanceOf(Exit.class);
            assertThat(List.copyOf(server.log)).containsExactly("shutdown_request");
        }
    }

    @Test
    @DisplayName("test_threading_handled")
    void handlesAnExceptionOfAHandlerOnAThreadOfItsOwn() throws Exception {
        try (var server =
                        new NotingThreadingServer(
                                _ -> {
                                    throw new IllegalStateException("as told");
                                });
                var _ = Family.TCP_IPV4.connect(server.address())) {
            server.handleRequest();
            reached(server.shutdownRequestCalled);
            assertThat(List.copyOf(server.log))
                    .containsExactly("Error handled", "shutdown_request");
        }
    }

    @Test
    @DisplayName("test_threading_not_handled")
    void letsAnErrorOfAHandlerOutOfItsThread() throws Exception {
        BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((_, thrown) -> uncaught.add(thrown));
        try (var server =
                        new NotingThreadingServer(
                                _ -> {
                                    throw new Exit();
                                });
                var _ = Family.TCP_IPV4.connect(server.address())) {
            server.handleRequest();
            assertThat(uncaught.take()).isInstanceOf(Exit.class);
            assertThat(List.copyOf(server.log)).containsExactly("shutdown_request");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    // SocketWriterTest

    /// Java has no descriptor to compare; that both write to the one connection is `test_write`.
    @Test
    @DisplayName("test_basics")
    void itsOutputIsAStreamOfBytes() throws Exception {
        try (var server =
                        new TcpServer(
                                anyPort(),
                                request -> {
                                    OutputStream stream = request.output();
                                    stream.write("stream ".getBytes(UTF_8));
                                    request.write(ByteBuffer.wrap("channel\n".getBytes(UTF_8)));
                                });
                var client = Family.TCP_IPV4.connect(server.address())) {
            server.handleRequest();
            assertThat(client.receive()).isEqualTo("stream channel");
        }
    }

    /// Python interrupts the write by signals, which a JVM hides; that the client takes little at a
    /// time cuts it as well.
    @Test
    @DisplayName("test_write")
    void sendsAHugeWriteWholly() throws Exception {
        int huge = (16 << 20) + 1;
        BlockingQueue<Integer> lengths = new LinkedBlockingQueue<>();
        var received = new CountDownLatch(1);
        try (var server =
                        new TcpServer(
                                anyPort(),
                                request -> {
                                    request.output().write("first");
                                    reached(received);
                                    byte[] bytes = new byte[huge];
                                    Arrays.fill(bytes, (byte) 'x');
                                    lengths.add(request.write(ByteBuffer.wrap(bytes)));
                                });
                var client = (StreamClient) Family.TCP_IPV4.connect(server.address())) {
            server.start();
            assertThat(client.receive(5)).asString().isEqualTo("first");
            received.countDown();
            int count = 0;
            for (int b; (b = client.next()) >= 0; count++) {
                if (b != 'x') {
                    throw new AssertionError("byte " + count + " is " + b);
                }
            }
            assertThat(count).isEqualTo(huge);
            assertThat(lengths.take()).isEqualTo(huge);
        }
    }

    // MiscTestCase

    @Test
    @DisplayName("test_all")
    void exportsJustTheseTypes() throws Exception {
        assertThat(
                        ArchitectureTest.exportedTypes().stream()
                                .map(Class::getName)
                                .collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(PUBLIC);
    }

    @Test
    @DisplayName("test_shutdown_request_called_if_verify_request_false")
    void endsARequestThatIsNotVerified() throws Exception {
        var variant = new Variant("jdk", Family.TCP_IPV4, Model.SYNCHRONOUS);
        Hooks rejecting = Hooks.verifying(_ -> false);
        try (var serving = variant.open(ServerOptions.DEFAULT, rejecting, Variant::echo);
                var client = serving.client()) {
            assertThat(serving.server().handleRequest()).isEqualTo(HandleResult.REJECTED);
            assertThat(rejecting.count("shutdownRequest")).isEqualTo(1);
            assertThat(client.receive()).isNull();
        }
    }

    /// Python counts threads that have ended and are still listed; here the list is `requests()`.
    @Test
    @DisplayName("test_threads_reaped")
    void keepsNoRequestsThatHaveEnded() throws Exception {
        try (var server = new ThreadingTcpServer(anyPort(), StreamEcho::new)) {
            for (int i = 0; i < 10; i++) {
                try (var client = Family.TCP_IPV4.connect(server.address())) {
                    client.send("hello");
                    server.handleRequest();
                    assertThat(client.receive()).isEqualTo("hello");
                }
            }
            eventually(() -> assertThat(server.requests()).isEmpty());
        }
    }
}
