package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;
import static socketserver.Patience.reached;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

import socketserver.request.DisconnectedException;
import socketserver.request.HandlerFactory;
import socketserver.request.InputTooLongException;
import socketserver.request.StreamRequest;
import socketserver.request.StreamRequestHandler;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;

/// What every server of connections does.
@Timeout(20)
class StreamContractTest {
    private static Serving serve(Variant variant, HandlerFactory<StreamRequest> factory)
            throws IOException {
        return variant.serveStreams(factory.toHandler());
    }

    private static void echoBytes(StreamRequest request) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(5000);
        while (request.read(buffer.clear()) >= 0) {
            request.write(buffer.flip());
        }
    }

    private static void endless(StreamRequest request) throws IOException {
        byte[] block = new byte[64 * 1024];
        for (; ; ) {
            request.output().write(block);
        }
    }

    // Bytes

    @Contract
    void echoesAMebibyteInRandomSlices(Variant variant) throws Exception {
        echoRandomBytes(variant, ServerOptions.DEFAULT);
    }

    @Contract
    void echoesAMebibyteUnderTimeouts(Variant variant) throws Exception {
        echoRandomBytes(variant, timeouts(Duration.ofSeconds(15)));
    }

    private static void echoRandomBytes(Variant variant, ServerOptions options) throws Exception {
        Random random = new Random(42);
        byte[] sent = new byte[1 << 20];
        random.nextBytes(sent);
        try (var serving = variant.serveStreams(options, StreamContractTest::echoBytes);
                var client = serving.streamClient()) {
            var failure = new ArrayList<Throwable>();
            Thread sender =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            sendInSlices(client, sent, random);
                                        } catch (IOException thrown) {
                                            failure.add(thrown);
                                        }
                                    });
            byte[] received = client.receiveAll();
            sender.join();
            assertThat(failure).isEmpty();
            assertThat(received).isEqualTo(sent);
        }
    }

    private static void sendInSlices(StreamClient client, byte[] bytes, Random random)
            throws IOException {
        for (int from = 0; from < bytes.length; ) {
            int bound = random.nextInt(4) == 0 ? 60_000 : 3000;
            int length = Math.min(1 + random.nextInt(bound), bytes.length - from);
            client.send(bytes, from, length);
            from += length;
        }
        client.halfClose();
    }

    @Contract
    void carriesAllBytesThroughItsStreams(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                request -> request.input().transferTo(request.output()));
                var client = serving.streamClient()) {
            byte[] every = new byte[256];
            for (int i = 0; i < every.length; i++) {
                every[i] = (byte) i;
            }
            client.send(every);
            client.halfClose();
            assertThat(client.receiveAll()).isEqualTo(every);
        }
    }

    @Contract
    void mixesLinesFieldsAndBuffers(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    int length = Integer.parseInt(request.input().readLine());
                                    byte[] field = request.input().readExactly(length);
                                    ByteBuffer rest = ByteBuffer.allocate(4);
                                    while (rest.hasRemaining()) {
                                        request.read(rest);
                                    }
                                    request.output().write(field);
                                    request.write(rest.flip());
                                    request.output().writeLine(request.input().readLine());
                                });
                var client = serving.streamClient()) {
            client.send("3\nabcdefgrest");
            assertThat(client.receive()).isEqualTo("abcdefgrest");
        }
    }

    // Ends

    @Contract
    void answersAfterTheClientHasHalfClosed(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                request ->
                                        request.output()
                                                .writeLine(
                                                        request.input().readAllBytes().length
                                                                + " bytes"));
                var client = serving.streamClient()) {
            client.send(new byte[12_345]);
            client.halfClose();
            assertThat(client.receive()).isEqualTo("12345 bytes");
            assertThat(client.receive()).isNull();
        }
    }

    @Contract
    void readsAfterItHasHalfClosedItself(Variant variant) throws Exception {
        BlockingQueue<String> read = Shared.queue();
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.output().buffer(100);
                                    request.output().writeLine("no more");
                                    request.shutdownOutput();
                                    read.add(request.input().readLine());
                                });
                var client = serving.streamClient()) {
            assertThat(client.receive()).isEqualTo("no more");
            assertThat(client.receive()).isNull();
            client.send("but I");
            assertThat(read.take()).isEqualTo("but I");
        }
    }

    @Contract
    void endsTheConnectionWhenTheHandlerReturns(Variant variant) throws Exception {
        try (var serving = variant.serveStreams(request -> request.output().writeLine("bye"));
                var client = serving.streamClient()) {
            assertThat(client.receive()).isEqualTo("bye");
            assertThat(client.receive()).isNull();
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
        }
    }

    @Contract
    void survivesClientsThatCloseAtOnce(Variant variant) throws Exception {
        var ends = Shared.counter();
        try (var serving =
                variant.serveStreams(
                        request -> {
                            if (request.input().read() < 0) {
                                ends.incrementAndGet();
                            }
                            request.output().writeLine("served");
                        })) {
            for (int i = 0; i < 20; i++) {
                serving.client().close();
            }
            eventually(() -> assertThat(ends.get()).isEqualTo(20));
            try (var client = serving.client()) {
                assertThat(client.ask("x")).isEqualTo("served");
            }
        }
    }

    @Contract
    void reportsAClientThatResets(Variant variant) throws Exception {
        try (var serving =
                variant.serveStreams(
                        request -> {
                            request.output().writeLine("hello");
                            request.output().writeLine("" + request.input().readLine());
                        })) {
            try (var client = serving.streamClient()) {
                // The rest stays unread: closing breaks the connection then.
                client.receiveOneByteOnly();
                client.reset();
            }
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(DisconnectedException.class)
                    .hasMessageContaining("has gone");
            try (var client = serving.streamClient()) {
                assertThat(client.receive()).isEqualTo("hello");
                assertThat(client.ask("still there?")).isEqualTo("still there?");
            }
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            assertThat(serving.hooks().count("closeRequest"))
                    .isEqualTo(2L * variant.model().copies());
        }
    }

    @Contract
    void reportsAClientThatGoesWhileItIsWrittenTo(Variant variant) throws Exception {
        try (var serving = variant.serveStreams(StreamContractTest::endless)) {
            try (var client = serving.streamClient()) {
                client.receiveOneByteOnly();
            }
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(DisconnectedException.class);
        }
    }

    @Contract
    void reportsALineThatIsTooLong(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.input().limit(10);
                                    request.output().writeLine(request.input().readLine());
                                    request.output().writeLine(request.input().readLine());
                                });
                var client = serving.streamClient()) {
            assertThat(client.ask("0123456789")).isEqualTo("0123456789");
            client.send("0123456789a");
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOfSatisfying(
                            InputTooLongException.class,
                            thrown -> assertThat(thrown.limit()).isEqualTo(10));
        }
    }

    // Timeouts

    private static ServerOptions timeouts(Duration timeout) {
        return ServerOptions.DEFAULT.withDeadlines(
                deadlines -> deadlines.withRead(timeout).withWrite(timeout));
    }

    @Contract
    void readsOnAfterATimeoutWithoutLosingAByte(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.readTimeout(Duration.ofMillis(20));
                                    boolean told = false;
                                    for (; ; ) {
                                        try {
                                            String line = request.input().readLine();
                                            request.output().writeLine("read " + line);
                                            return;
                                        } catch (SocketTimeoutException thrown) {
                                            if (!told) {
                                                request.output().writeLine("timeout");
                                                told = true;
                                            }
                                        }
                                    }
                                });
                var client = serving.streamClient()) {
            client.send("too ".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            assertThat(client.receive()).isEqualTo("timeout");
            assertThat(client.ask("late")).isEqualTo("read too late");
        }
    }

    @Contract
    void timesOutReadsAsTheOptionsSay(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                timeouts(Duration.ofMillis(30)),
                                request -> request.input().readLine());
                var client = serving.streamClient()) {
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("0.03S");
            assertThat(client.receive()).isNull();
        }
    }

    @Contract
    void timesOutWritesToAClientThatNeverReads(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.writeTimeout(Duration.ofMillis(30));
                                    endless(request);
                                });
                var client = serving.streamClient()) {
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("write");
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            // What was sent before the timeout has arrived all the same.
            assertThat(client.next()).isZero();
        }
    }

    @Contract
    void aSlowReaderIsNoTimeoutAsLongAsItTakesSomething(Variant variant) throws Exception {
        int size = 8 << 20;
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.writeTimeout(Duration.ofSeconds(15));
                                    request.output().write(new byte[size]);
                                });
                var client = serving.streamClient()) {
            assertThat(client.receiveAll()).hasSize(size);
        }
    }

    @Contract
    void timeoutsCanBeTakenAway(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                timeouts(Duration.ofSeconds(15)),
                                request -> {
                                    request.readTimeout(null);
                                    request.writeTimeout(null);
                                    request.output()
                                            .writeLine(
                                                    request.readTimeout()
                                                            + " "
                                                            + request.writeTimeout());
                                    request.output().writeLine(request.input().readLine());
                                });
                var client = serving.streamClient()) {
            assertThat(client.receive()).isEqualTo("null null");
            assertThat(client.ask("hello")).isEqualTo("hello");
        }
    }

    @Contract
    void timeoutsDoNotSlowTheNormalCase(Variant variant) throws Exception {
        try (var serving = variant.serve(timeouts(Duration.ofSeconds(15)), Variant::echo);
                var client = serving.streamClient()) {
            long start = System.nanoTime();
            for (int i = 0; i < 300; i++) {
                assertThat(client.ask("ping")).isEqualTo("ping");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(5));
        }
    }

    // Output

    @Contract
    void sendsUnbufferedOutputAtOnce(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.output().write("without end of line");
                                    request.input().readLine();
                                });
                var client = serving.streamClient()) {
            assertThat(client.receive(19)).asString().isEqualTo("without end of line");
            client.send("go on");
        }
    }

    @Contract
    void gathersBufferedOutputAndFlushesItAtTheEnd(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.output().buffer(100);
                                    List<Long> sent = new ArrayList<>();
                                    request.output().writeLine("x".repeat(49));
                                    sent.add(request.bytesOut());
                                    request.output().writeLine("x".repeat(49));
                                    sent.add(request.bytesOut());
                                    request.output().writeLine("one more");
                                    sent.add(request.bytesOut());
                                    request.output().flush();
                                    sent.add(request.bytesOut());
                                    request.output().writeLine("y".repeat(200));
                                    sent.add(request.bytesOut());
                                    request.output().writeLine(sent.toString());
                                    sent.add(request.bytesOut());
                                });
                var client = serving.streamClient()) {
            assertThat(client.receive()).hasSize(49);
            assertThat(client.receive()).hasSize(49);
            assertThat(client.receive()).isEqualTo("one more");
            assertThat(client.receive()).hasSize(200);
            assertThat(client.receive()).isEqualTo("[0, 0, 100, 109, 310]");
            assertThat(client.receive()).isNull();
        }
    }

    @Contract
    void keepsTogetherWhatOneCallWrites(Variant variant) throws Exception {
        int lines = 300;
        try (var serving =
                        variant.serveStreams(
                                request ->
                                        Patience.together(
                                                4,
                                                number -> {
                                                    String line =
                                                            ("" + number).repeat(1000 + number);
                                                    for (int i = 0; i < lines; i++) {
                                                        request.output().writeLine(line);
                                                    }
                                                    return number;
                                                }));
                var client = serving.streamClient()) {
            var counts = new int[4];
            for (String line; (line = client.receive()) != null; ) {
                int number = line.charAt(0) - '0';
                assertThat(line).isEqualTo(("" + number).repeat(1000 + number));
                counts[number]++;
            }
            assertThat(counts).containsOnly(lines);
        }
    }

    // Handler classes

    /// Says which settings hold for it.
    private static final class Settings extends StreamRequestHandler {
        @Override
        protected Duration timeout() {
            return Duration.ofSeconds(14);
        }

        @Override
        protected int inputBuffer() {
            return 0;
        }

        @Override
        protected int outputBuffer() {
            return 1000;
        }

        @Override
        protected @Nullable Boolean disableNagle() {
            return false;
        }

        @Override
        protected void handle() throws IOException {
            output().writeLine("read " + request().readTimeout());
            output().writeLine("write " + request().writeTimeout());
            output().writeLine("sent " + request().bytesOut());
            output().writeLine("line " + input().readLine());
        }
    }

    @Contract
    void appliesTheSettingsOfAHandlerClass(Variant variant) throws Exception {
        try (var serving = serve(variant, Settings::new);
                var client = serving.streamClient()) {
            client.send("hello");
            assertThat(client.receive()).isEqualTo("read PT14S");
            assertThat(client.receive()).isEqualTo("write PT14S");
            assertThat(client.receive()).isEqualTo("sent 0");
            assertThat(client.receive()).isEqualTo("line hello");
        }
    }

    @Contract
    void setsNoDelayUnlessTold(Variant variant) throws Exception {
        boolean unix = variant.family() == Family.UNIX_STREAM;
        try (var serving =
                        variant.serveStreams(
                                request ->
                                        request.output()
                                                .writeLine(
                                                        unix
                                                                ? "true"
                                                                : ""
                                                                        + request.option(
                                                                                StandardSocketOptions
                                                                                        .TCP_NODELAY)));
                var client = serving.streamClient()) {
            assertThat(client.receive()).isEqualTo("true");
        }
    }

    // The table of live requests

    @Contract
    void closingARowEndsAHandlerThatReads(Variant variant) throws Exception {
        try (var serving = variant.serveStreams(request -> request.input().readLine());
                var client = serving.streamClient()) {
            LiveRequest row = rowIn(serving, LiveRequest.State.READING);
            row.close();
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(ClosedChannelException.class);
            assertThat(client.receive()).isNull();
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
        }
    }

    @Contract
    void closingARowEndsAHandlerThatReadsUnderATimeout(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                timeouts(Duration.ofSeconds(15)),
                                request -> request.input().readLine());
                var client = serving.streamClient()) {
            LiveRequest row = rowIn(serving, LiveRequest.State.READING);
            row.close();
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(ClosedChannelException.class);
            assertThat(client.receive()).isNull();
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
        }
    }

    @Contract
    void closingARowEndsAHandlerThatWrites(Variant variant) throws Exception {
        try (var serving = variant.serveStreams(StreamContractTest::endless);
                var client = serving.streamClient()) {
            client.receiveOneByteOnly();
            LiveRequest row = rowIn(serving, LiveRequest.State.WRITING);
            row.close();
            assertThat(serving.hooks().failure().thrown()).isInstanceOf(IOException.class);
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
        }
    }

    private static LiveRequest rowIn(Serving serving, LiveRequest.State state) {
        eventually(
                () ->
                        assertThat(serving.server().requests())
                                .singleElement()
                                .extracting(LiveRequest::state)
                                .isEqualTo(state));
        return serving.server().requests().getFirst();
    }

    @Contract
    void closingTheServerEndsConnectionsThatIdle(Variant variant) throws Exception {
        ServerOptions hasty =
                ServerOptions.DEFAULT.withDeadlines(
                        deadlines -> deadlines.withClose(Duration.ofMillis(20)));
        var begun = Shared.latch(1);
        try (var serving =
                        variant.serveStreams(
                                hasty,
                                request -> {
                                    begun.countDown();
                                    request.input().readLine();
                                });
                var client = serving.streamClient()) {
            reached(begun);
            serving.server().close();
            assertThat(client.receive()).isNull();
        }
    }
}
