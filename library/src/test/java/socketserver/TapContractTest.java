package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import socketserver.concurrency.ForkingModel;
import socketserver.framing.FrameHandler;
import socketserver.framing.FramedRequest;
import socketserver.framing.Framing;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.WireTap;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/// Taps on the connections of every server.
@Timeout(20)
@ExtendWith(LeavesNothingBehind.class)
class TapContractTest {
    private static final int LARGE = 1 << 20;

    @TempDir Path folder;

    // A Path cannot be serialized, a File can.
    private File random(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return Files.write(folder.resolve("file"), bytes).toFile();
    }

    /// Sends back what comes until the client ends, in turns by the four ways.
    private static void echo(StreamRequest request) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(5000);
        for (int turn = 0; ; turn++) {
            buffer.clear();
            int count =
                    turn % 2 == 0
                            ? request.read(buffer)
                            : request.input().read(buffer.array(), 0, buffer.capacity());
            if (count < 0) {
                return;
            }
            if (turn % 3 == 0) {
                request.output().write(buffer.array(), 0, count);
            } else {
                request.write(ByteBuffer.wrap(buffer.array(), 0, count));
            }
        }
    }

    @Contract
    void seesWhatTheClientSendsAndGets(Variant variant) throws Exception {
        byte[] sent = new byte[LARGE];
        new Random(1).nextBytes(sent);
        NotingTap tap = NotingTap.empty();
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.tap(tap);
                                    echo(request);
                                });
                var client = serving.streamClient()) {
            Background<byte[]> received = Background.call(client::receiveAll);
            client.send(sent);
            client.halfClose();
            assertThat(received.join()).isEqualTo(sent);
            eventually(() -> assertThat(tap.ends()).containsExactly("received", "sent"));
            assertThat(tap.received()).isEqualTo(sent);
            assertThat(tap.sent()).isEqualTo(sent);
        }
    }

    @Contract
    void seesFiles(Variant variant) throws Exception {
        File file = random(LARGE);
        NotingTap tap = NotingTap.empty();
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.tap(tap);
                                    request.output().buffer(100);
                                    request.output().writeLine("before");
                                    request.write(file.toPath());
                                    request.output().writeLine("between");
                                    request.write(file.toPath(), 70_000, 100_000);
                                });
                var client = serving.streamClient()) {
            byte[] received = client.receiveAll();
            assertThat(received).hasSize(7 + LARGE + 8 + 100_000);
            eventually(() -> assertThat(tap.ends()).containsExactly("sent"));
            assertThat(tap.sent()).isEqualTo(received);
            assertThat(tap.received()).isEmpty();
        }
    }

    @Contract
    void isSwitchedOnInTheMiddleAndOffAgain(Variant variant) throws Exception {
        File file = random(100_000);
        NotingTap tap = NotingTap.empty();
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    for (String line;
                                            (line = request.input().readLine()) != null; ) {
                                        request.tap(line.equals("on") ? tap : null);
                                        request.write(file.toPath());
                                        request.output().writeLine(line);
                                    }
                                });
                var client = serving.streamClient()) {
            byte[] content = Files.readAllBytes(file.toPath());
            for (String line : List.of("before", "on", "off", "after")) {
                client.send(line);
                assertThat(client.receive(content.length)).isEqualTo(content);
                assertThat(client.receive()).isEqualTo(line);
            }
            assertThat(tap.received()).asString(US_ASCII).isEqualTo("off\n");
            byte[] seen = new byte[content.length + 3];
            System.arraycopy(content, 0, seen, 0, content.length);
            System.arraycopy("on\n".getBytes(US_ASCII), 0, seen, content.length, 3);
            assertThat(tap.sent()).isEqualTo(seen);
        }
        assertThat(tap.ends()).isEmpty();
    }

    @Contract
    void isPutOnFromOutside(Variant variant) throws Exception {
        NotingTap tap = NotingTap.empty();
        try (var serving = variant.serve(Variant::echo);
                var client = serving.streamClient()) {
            assertThat(client.ask("before")).isEqualTo("before");
            LiveRequest row = serving.server().requests().getFirst();
            Request request = row.request();
            // The client may have the answer before the write that has sent it is over.
            eventually(() -> assertThat(row.state()).isEqualTo(LiveRequest.State.READING));
            request.tap(tap);
            assertThat(client.ask("seen")).isEqualTo("seen");
            eventually(() -> assertThat(row.state()).isEqualTo(LiveRequest.State.READING));
            request.tap(null);
            assertThat(request.tap()).isNull();
            assertThat(client.ask("after")).isEqualTo("after");
            assertThat(tap.in()).containsExactly("seen\n");
            assertThat(tap.out()).containsExactly("seen\n");
        }
    }

    /// Sends much by all ways, in answer to the name of a file, and then the end.
    ///
    /// @param tap put on each request
    private record Sending(WireTap tap) implements FrameHandler<String> {
        @Override
        public void opened(FramedRequest<String> request) throws IOException {
            request.request().tap(tap);
            request.send("hello");
        }

        @Override
        public void handle(String name, FramedRequest<String> request) throws IOException {
            var stream = (StreamRequest) request.request();
            for (int i = 0; i < 20; i++) {
                request.send(Integer.toString(i).repeat(20_000));
            }
            request.sendFile(Path.of(name));
            request.sendAll(List.of("one", "two").iterator());
            stream.output().writeLine("three");
            stream.write(Path.of(name), 1, 100_000);
            request.send("bye");
            request.end();
        }
    }

    @Contract
    void seesFrames(Variant variant) throws Exception {
        File file = random(200_000);
        NotingTap tap = NotingTap.empty();
        try (var serving =
                        variant.serve(Variant.ofFamily(Framing.lines().streams(new Sending(tap))));
                var client = serving.streamClient()) {
            client.send(file.toString());
            byte[] received = client.receiveAll();
            assertThat(received).hasSizeGreaterThan(900_000).endsWith("bye\n".getBytes(US_ASCII));
            eventually(() -> assertThat(tap.ends()).containsExactly("sent"));
            assertThat(tap.sent()).isEqualTo(received);
            assertThat(tap.received()).asString(US_ASCII).isEqualTo(file + "\n");
        }
    }

    @Contract
    void harmsNobodyIfItFails(Variant variant) throws Exception {
        Shared.Counter calls = Shared.counter();
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.tap(new FailingTap(calls));
                                    request.output().writeLine("hello");
                                    request.output().writeLine("tap: " + request.tap());
                                    request.tap(new FailingTap(calls));
                                    Variant.echo(request);
                                });
                var client = serving.streamClient()) {
            assertThat(client.receive()).isEqualTo("hello");
            assertThat(client.receive()).isEqualTo("tap: null");
            assertThat(client.ask("one")).isEqualTo("one");
            assertThat(client.ask("two")).isEqualTo("two");
            assertThat(calls.get()).isEqualTo(2);
            assertThat(serving.hooks().count("handleError")).isZero();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void isNotToldOfAnEndByARequestThatGoesOnInAnotherProcess() throws Exception {
        var variant = new Variant("linux", Family.TCP_IPV4, Model.THREADING);
        NotingTap tap = NotingTap.empty();
        RequestHandler<StreamRequest> there = request -> request.output().writeLine("there");
        try (var serving =
                        variant.serveStreams(
                                request -> {
                                    request.tap(tap);
                                    request.input().readLine();
                                    request.continueIn(ForkingModel.standard(), there);
                                });
                var client = serving.streamClient()) {
            assertThat(client.ask("go")).isEqualTo("there");
            assertThat(client.receive()).isNull();
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            assertThat(tap.in()).containsExactly("go\n");
            assertThat(tap.out()).isEmpty();
            assertThat(tap.ends()).isEmpty();
        }
    }
}
