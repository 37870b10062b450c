package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.SOCK_CLOEXEC;
import static socketserver.posix.Constants.SOCK_DGRAM;
import static socketserver.posix.Constants.SOL_SOCKET;
import static socketserver.posix.Constants.SO_SNDBUF;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.posix.Libc;
import socketserver.posix.Messages;
import socketserver.posix.Scratch;
import socketserver.posix.SystemCallException;
import socketserver.request.DatagramRequest;
import socketserver.request.DisconnectedException;
import socketserver.request.UnixAddress;

import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Where replies of the linux engine come from, and what becomes of those that nobody takes.
@Timeout(30)
@EnabledOnOs(OS.LINUX)
class DatagramRepliesTest {
    private static final Variant UNIX = new Variant("linux", Family.UNIX_DATAGRAM, Model.THREADING);

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void aReplyComesFromTheAddressThatWasAsked(String wildcard) throws Exception {
        System.setProperty("socketserver.engine", "linux");
        try (var server =
                new ThreadingUdpServer(
                        new InetSocketAddress(InetAddress.getByName(wildcard), 0),
                        DatagramRepliesTest::answerLocal)) {
            server.start();
            int port = server.address().getPort();
            for (String asked : new String[] {"127.0.0.2", "127.0.0.1", "127.1.2.3"}) {
                assertThat(ask(asked, port)).isEqualTo("/" + asked + ":" + port);
            }
            if (wildcard.equals("::")) {
                assertThat(ask("::1", port)).isEqualTo("/[0:0:0:0:0:0:0:1]:" + port);
            }
        } finally {
            System.clearProperty("socketserver.engine");
        }
    }

    private static void answerLocal(DatagramRequest request) throws Exception {
        request.reply(request.local().toString().getBytes(UTF_8));
    }

    /// {@return what a client hears that listens to that address only}
    private static String ask(String address, int port) throws Exception {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(15_000);
            socket.connect(InetAddress.getByName(address), port);
            socket.send(new DatagramPacket(new byte[] {'?'}, 1));
            var answer = new DatagramPacket(new byte[1000], 1000);
            socket.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), UTF_8);
        }
    }

    @Test
    void aSenderWithoutAnAddressIsHandledAndCannotBeAnswered() throws Exception {
        BlockingQueue<String> packets = new LinkedBlockingQueue<>();
        try (var serving =
                UNIX.servePackets(
                        request -> {
                            packets.add(request.client() + " " + Variant.receive(request));
                            Variant.answer(request, "answer");
                        })) {
            sendUnnamed((UnixAddress) serving.server().address(), "hello");
            assertThat(packets.poll(15, TimeUnit.SECONDS)).isEqualTo("unix:(unnamed) hello");
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(DisconnectedException.class)
                    .rootCause()
                    .hasMessageContaining("must bind its socket");
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("answer");
            }
        }
    }

    private static void sendUnnamed(UnixAddress server, String packet) throws Exception {
        int socket = Libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        try {
            Messages message = new Messages(1, 100);
            message.name(0).set(JAVA_SHORT, 0, (short) AF_UNIX);
            message.name(0).setString(2, server.name());
            message.put(0, ByteBuffer.wrap(packet.getBytes(UTF_8)), 3 + server.name().length());
            SystemCallException.check(message.send(socket, 0, 1), "sendmmsg", server);
        } finally {
            Libc.close(socket);
        }
    }

    @Test
    void hasMoreRoomForWhatClientsHaveNotReadThanSocketsHaveAtFirst() throws Exception {
        try (var serving = UNIX.servePackets(request -> {});
                var fresh = RawSocket.open(AF_UNIX, SOCK_DGRAM)) {
            int own = ((UnixDatagramServer) serving.server()).descriptor();
            assertThat(sendBuffer(own)).isGreaterThan(sendBuffer(fresh.number()));
        }
    }

    private static int sendBuffer(int socket) throws Exception {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment value = scratch.memory().asSlice(0, JAVA_INT.byteSize());
            MemorySegment length = scratch.memory().asSlice(8, JAVA_INT.byteSize());
            length.set(JAVA_INT, 0, Integer.BYTES);
            SystemCallException.check(
                    Libc.getsockopt(socket, SOL_SOCKET, SO_SNDBUF, value, length),
                    "getsockopt",
                    null);
            return value.get(JAVA_INT, 0);
        }
    }

    @Test
    void aClientThatNeverReadsCostsItsReplyAndNotTheServer() throws Exception {
        try (var serving =
                        UNIX.servePackets(
                                request -> {
                                    boolean flood = Variant.receive(request).equals("flood");
                                    for (int i = 0; i < (flood ? 100_000 : 1); i++) {
                                        Variant.answer(request, "answer");
                                    }
                                });
                var deaf = serving.client();
                var client = serving.client()) {
            long start = System.nanoTime();
            deaf.send("flood");
            do {
                assertThat(client.ask("hello")).isEqualTo("answer");
            } while (serving.hooks().count("handleError") == 0);
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining(deaf.address().toString());
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(client.ask("hello")).isEqualTo("answer");
        }
    }

    @Test
    void aClientThatHasGoneCostsItsReplyAndNotTheServer() throws Exception {
        var gone = new CountDownLatch(1);
        try (var serving =
                UNIX.servePackets(
                        request -> {
                            if (Variant.receive(request).equals("wait")) {
                                Patience.reached(gone);
                            }
                            Variant.answer(request, "answer");
                        })) {
            try (var client = serving.client()) {
                client.send("wait");
                Patience.eventually(() -> assertThat(serving.server().requests()).hasSize(1));
            }
            gone.countDown();
            assertThat(serving.hooks().failure().thrown())
                    .isInstanceOf(DisconnectedException.class);
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("answer");
            }
        }
    }
}
