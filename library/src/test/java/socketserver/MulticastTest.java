package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import static socketserver.OnEngine.on;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import socketserver.request.DatagramRequest;
import socketserver.request.RequestHandler;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Groups that a UDP server joins and leaves, on the loopback interface alone.
///
/// Linux delivers a packet on that interface, or drops it, before the sending call returns: what
/// must not arrive would have arrived before what is sent next.
///
/// Packets of IPv6 groups cannot be sent here: the interface has no route for them, as it is not a
/// multicast one. Their membership is looked up in the kernel's table instead.
@Timeout(20)
class MulticastTest {
    @SuppressWarnings("unused") // by its name
    private static final List<String> ENGINES = Variant.ENGINES;

    private static final ServerOptions IPV4 =
            ServerOptions.DEFAULT.withSocket(
                    socket -> socket.withAddressFamily(StandardProtocolFamily.INET));

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final RequestHandler<DatagramRequest> keeping =
            request -> {
                received.add(new String(request.packet(), UTF_8));
                request.reply(request.packet());
            };

    private static InetAddress ip(String literal) throws IOException {
        return InetAddress.getByName(literal);
    }

    private static NetworkInterface loopback() throws IOException {
        return NetworkInterface.getByInetAddress(ip("127.0.0.1"));
    }

    private UdpServer serve(String engine, ServerOptions options) throws Exception {
        UdpServer server =
                on(engine, () -> new UdpServer(new InetSocketAddress(0), keeping, options));
        server.start();
        return server;
    }

    /// A sender whose packets stay on the loopback interface.
    private static DatagramChannel sender(String address) throws IOException {
        return DatagramChannel.open(StandardProtocolFamily.INET)
                .setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback())
                .setOption(StandardSocketOptions.IP_MULTICAST_TTL, 0)
                .setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true)
                .bind(new InetSocketAddress(ip(address), 0));
    }

    private static void send(DatagramChannel sender, String text, String to, UdpServer server)
            throws IOException {
        sender.send(
                ByteBuffer.wrap(text.getBytes(UTF_8)),
                new InetSocketAddress(ip(to), server.address().getPort()));
    }

    private String next() throws InterruptedException {
        return received.poll(15, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void takesPacketsOfAGroupFromJoiningToLeaving(String engine) throws Exception {
        InetAddress group = ip("239.255.71.1");
        for (ServerOptions options : List.of(ServerOptions.DEFAULT, IPV4)) {
            try (UdpServer server = serve(engine, options);
                    DatagramChannel sender = sender("127.0.0.1")) {
                send(sender, "too early", "239.255.71.1", server);
                server.join(group, loopback());
                send(sender, "hello", "239.255.71.1", server);
                assertThat(next()).isEqualTo("hello");
                server.leave(group, loopback());
                send(sender, "too late", "239.255.71.1", server);
                send(sender, "to you alone", "127.0.0.1", server);
                assertThat(next()).isEqualTo("to you alone");
            }
        }
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void answersTheSenderFromAnAddressOfItsOwn(String engine) throws Exception {
        try (UdpServer server = serve(engine, ServerOptions.DEFAULT);
                DatagramChannel sender = sender("127.0.0.1")) {
            server.join(ip("239.255.71.2"), loopback());
            send(sender, "hello", "239.255.71.2", server);
            assertThat(next()).isEqualTo("hello");
            ByteBuffer answer = ByteBuffer.allocate(100);
            var from = Background.call(() -> sender.receive(answer)).join();
            assertThat(from)
                    .isEqualTo(new InetSocketAddress(ip("127.0.0.1"), server.address().getPort()));
            assertThat(new String(answer.array(), 0, answer.position(), UTF_8)).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void takesPacketsOfTheChosenSendersOnly(String engine) throws Exception {
        InetAddress group = ip("232.255.71.3");
        try (UdpServer server = serve(engine, ServerOptions.DEFAULT);
                DatagramChannel first = sender("127.0.0.1");
                DatagramChannel second = sender("127.0.0.2");
                DatagramChannel third = sender("127.0.0.3")) {
            server.join(group, loopback(), ip("127.0.0.1"));
            server.join(group, loopback(), ip("127.0.0.2"));
            send(third, "third", "232.255.71.3", server);
            send(first, "first", "232.255.71.3", server);
            assertThat(next()).isEqualTo("first");
            send(second, "second", "232.255.71.3", server);
            assertThat(next()).isEqualTo("second");
            server.leave(group, loopback(), ip("127.0.0.1"));
            send(first, "first again", "232.255.71.3", server);
            send(second, "second again", "232.255.71.3", server);
            assertThat(next()).isEqualTo("second again");
        }
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void takesNothingOfAGroupThatOnlyAnotherServerHasJoined(String engine) throws Exception {
        try (UdpServer other = serve(engine, ServerOptions.DEFAULT);
                UdpServer server = serve(engine, ServerOptions.DEFAULT);
                DatagramChannel sender = sender("127.0.0.1")) {
            other.join(ip("239.255.71.4"), loopback());
            send(sender, "not yours", "239.255.71.4", server);
            send(sender, "yours", "127.0.0.1", server);
            assertThat(next()).isEqualTo("yours");
        }
    }

    private static boolean isMember(String group) throws IOException {
        return Files.readAllLines(Path.of("/proc/net/igmp6")).stream()
                .anyMatch(line -> line.contains(" lo ") && line.contains(group));
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void joinsAndLeavesGroupsOfIpv6(String engine) throws Exception {
        try (UdpServer server = serve(engine, ServerOptions.DEFAULT)) {
            server.join(ip("ff12::7105"), loopback());
            server.join(ip("ff32::7106"), loopback(), ip("::1"));
            assertThat(isMember("ff120000000000000000000000007105")).isTrue();
            assertThat(isMember("ff320000000000000000000000007106")).isTrue();
            server.leave(ip("ff12::7105"), loopback());
            assertThat(isMember("ff120000000000000000000000007105")).isFalse();
        }
        assertThat(isMember("ff320000000000000000000000007106")).isFalse();
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void joinsInAHookOfTheConstructor(String engine) throws Exception {
        try (UdpServer server =
                        on(
                                engine,
                                () ->
                                        new UdpServer(new InetSocketAddress(0), keeping) {
                                            @Override
                                            public void serverBind() throws IOException {
                                                super.serverBind();
                                                join(ip("239.255.71.7"), loopback());
                                            }
                                        });
                DatagramChannel sender = sender("127.0.0.1")) {
            server.start();
            send(sender, "hello", "239.255.71.7", server);
            assertThat(next()).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void joiningTwiceIsJoiningOnce(String engine) throws Exception {
        InetAddress group = ip("239.255.71.8");
        InetAddress source = ip("127.0.0.1");
        try (UdpServer server = serve(engine, ServerOptions.DEFAULT)) {
            server.join(group, loopback());
            server.join(group, loopback());
            assertThatIllegalStateException()
                    .isThrownBy(() -> server.join(group, loopback(), source))
                    .withMessage(
                            "the server has joined group 239.255.71.8 on lo: leave it before you"
                                    + " join group 239.255.71.8 on lo from 127.0.0.1");
            server.leave(group, loopback());
            assertThatIllegalStateException()
                    .isThrownBy(() -> server.leave(group, loopback()))
                    .withMessage("the server has not joined group 239.255.71.8 on lo");
            server.join(group, loopback(), source);
            server.join(group, loopback(), source);
            assertThatIllegalStateException().isThrownBy(() -> server.join(group, loopback()));
            server.leave(group, loopback(), source);
            assertThatIllegalStateException()
                    .isThrownBy(() -> server.leave(group, loopback(), source))
                    .withMessage(
                            "the server has not joined group 239.255.71.8 on lo from 127.0.0.1");
        }
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void refusesWhatIsNoGroupOrNoSender(String engine) throws Exception {
        InetAddress group = ip("232.255.71.9");
        try (UdpServer server = serve(engine, ServerOptions.DEFAULT)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.join(ip("10.0.0.1"), loopback()))
                    .withMessage("group (10.0.0.1) must be a multicast address");
            for (String wrong : List.of("0.0.0.0", "232.255.71.9", "::1")) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> server.join(group, loopback(), ip(wrong)))
                        .withMessageEndingWith(
                                "must be the address of one sender, of the family of group"
                                        + " 232.255.71.9");
            }
        }
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void refusesAGroupOfIpv6OnASocketOfIpv4(String engine) throws Exception {
        try (UdpServer server = serve(engine, IPV4)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.join(ip("ff12::7110"), loopback()))
                    .withMessageStartingWith("group ff12:0:0:0:0:0:0:7110 on lo does not fit")
                    .withMessageContaining("bind an IPv6 or wildcard address");
        }
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void refusesToJoinBeforeItIsBound(String engine) throws Exception {
        try (UdpServer server =
                on(
                        engine,
                        () ->
                                new UdpServer(
                                        new InetSocketAddress(0),
                                        keeping,
                                        ServerOptions.DEFAULT.withBindAndActivate(false)))) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> server.join(ip("239.255.71.11"), loopback()))
                    .withMessageContaining("server is not bound");
        }
    }
}
