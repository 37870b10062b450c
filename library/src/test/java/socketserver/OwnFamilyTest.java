package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.framing.Framing;
import socketserver.request.HandlerFactory;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.StreamRequestHandler;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// A program can write a family of its own: here one of connections in memory.
@Timeout(20)
class OwnFamilyTest {
    /// A server whose clients are put into a queue.
    private static final class MemoryServer extends BaseServer<StreamRequest> {
        private final ConcurrencyModel model;
        private final BlockingQueue<StreamRequest> coming = new LinkedBlockingQueue<>();
        private final Semaphore wakeUps = new Semaphore(0);
        private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
        private volatile boolean closed;

        MemoryServer(
                ConcurrencyModel model,
                RequestHandler<? super StreamRequest> handler,
                ServerOptions options) {
            super(InetSocketAddress.createUnresolved("memory", 0), handler, options);
            this.model = model;
        }

        MemoryRequest connect(String... pieces) {
            byte[][] bytes = new byte[pieces.length][];
            for (int i = 0; i < pieces.length; i++) {
                bytes[i] = pieces[i].getBytes(ISO_8859_1);
            }
            var request = new MemoryRequest(this, bytes);
            coming.add(request);
            wakeUps.release();
            return request;
        }

        @Override
        public ConcurrencyModel concurrencyModel() {
            return model;
        }

        @Override
        protected boolean awaitRequest(long nanos) throws IOException {
            try {
                if (nanos < 0) {
                    wakeUps.acquire();
                } else if (!wakeUps.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
                    return false;
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return !coming.isEmpty();
        }

        @Override
        protected @Nullable StreamRequest getRequest() {
            return coming.poll();
        }

        @Override
        protected void wakeUp() {
            wakeUps.release();
        }

        @Override
        protected void closeListener() {
            closed = true;
        }

        @Override
        protected void shutdownRequest(StreamRequest request) throws IOException {
            request.shutdownOutput();
            super.shutdownRequest(request);
        }

        @Override
        protected void handleError(StreamRequest request, Throwable failure) {
            failures.add(failure);
        }
    }

    private interface Use {
        void of(MemoryServer server) throws Exception;
    }

    private static MemoryServer serving(
            Model model,
            ServerOptions options,
            RequestHandler<? super StreamRequest> handler,
            Use use)
            throws Exception {
        Model.Running running = model.start();
        var server = new MemoryServer(running.model(), handler, options);
        try (server) {
            server.start();
            use.of(server);
        } finally {
            running.end().run();
        }
        return server;
    }

    private static void echo(Request request) throws IOException {
        Variant.echo(request);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FORKING") // no descriptor to pass on
    void servesItsRequests(Model model) throws Exception {
        MemoryServer server =
                serving(
                        model,
                        ServerOptions.DEFAULT,
                        OwnFamilyTest::echo,
                        memory -> {
                            List<MemoryRequest> requests =
                                    List.of(
                                            memory.connect("hel", "lo\nwor", "ld\n"),
                                            memory.connect(),
                                            memory.connect("bye"));
                            for (MemoryRequest request : requests) {
                                eventually(() -> assertThat(request.isOpen()).isFalse());
                                assertThat(request.ended()).isTrue();
                            }
                            assertThat(requests.get(0).sent()).isEqualTo("hello\nworld\n");
                            assertThat(requests.get(1).sent()).isEmpty();
                            assertThat(requests.get(2).sent()).isEqualTo("bye\n");
                            eventually(() -> assertThat(memory.requests()).isEmpty());
                        });
        assertThat(server.closed).isTrue();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FORKING") // no descriptor to pass on
    void runsFrameHandlers(Model model) throws Exception {
        serving(
                model,
                ServerOptions.DEFAULT,
                Framing.lines().streams((line, request) -> request.send(line)),
                memory -> {
                    MemoryRequest request = memory.connect("hel", "lo\nwor", "ld");
                    eventually(() -> assertThat(request.isOpen()).isFalse());
                    assertThat(request.sent()).isEqualTo("hello\nworld\n");
                });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FORKING") // no descriptor to pass on
    void reportsTheFailuresOfItsHandlers(Model model) throws Exception {
        serving(
                model,
                ServerOptions.DEFAULT,
                request -> {
                    throw new IOException("as told");
                },
                memory -> {
                    MemoryRequest request = memory.connect("x");
                    assertThat(memory.failures.take()).hasMessage("as told");
                    eventually(() -> assertThat(request.isOpen()).isFalse());
                });
    }

    /// Answers in a buffer.
    private static final class Greeting extends StreamRequestHandler {
        @Override
        protected int outputBuffer() {
            return 1000;
        }

        @Override
        protected void handle() throws IOException {
            output().write("hello ");
            output().writeLine(input().readLine());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FORKING") // no descriptor to pass on
    void runsHandlerClasses(Model model) throws Exception {
        HandlerFactory<StreamRequest> factory = Greeting::new;
        serving(
                model,
                ServerOptions.DEFAULT,
                factory.toHandler(),
                memory -> {
                    MemoryRequest request = memory.connect("Ada\n");
                    eventually(() -> assertThat(request.isOpen()).isFalse());
                    assertThat(request.sent()).isEqualTo("hello Ada\n");
                    assertThat(request.sends()).hasSize(1);
                });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FORKING") // no descriptor to pass on
    void obeysTheLimits(Model model) throws Exception {
        ServerOptions one =
                ServerOptions.DEFAULT.withLimits(limits -> limits.withMaxConnections(1));
        serving(
                model,
                one,
                request -> {
                    request.output()
                            .writeLine(
                                    ((BaseServer<?>) request.server()).requests().size() + " live");
                },
                memory -> {
                    for (MemoryRequest request :
                            List.of(memory.connect(), memory.connect(), memory.connect())) {
                        eventually(() -> assertThat(request.isOpen()).isFalse());
                        assertThat(request.sent()).isEqualTo("1 live\n");
                    }
                });
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FORKING") // no descriptor to pass on
    void canBeServedOneByOne(Model model) throws Exception {
        Model.Running running = model.start();
        ServerOptions patient =
                ServerOptions.DEFAULT.withDeadlines(
                        deadlines -> deadlines.withRequest(java.time.Duration.ofMillis(20)));
        try (var server = new MemoryServer(running.model(), OwnFamilyTest::echo, patient)) {
            assertThat(server.handleRequest()).isEqualTo(HandleResult.TIMEOUT);
            MemoryRequest request = server.connect("x\n");
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            eventually(() -> assertThat(request.sent()).isEqualTo("x\n"));
        } finally {
            running.end().run();
        }
    }
}
