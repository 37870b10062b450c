package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.OnEngine.on;
import static socketserver.request.LinuxSocketOptions.IPV6_V6ONLY;
import static socketserver.request.LinuxSocketOptions.TCP_USER_TIMEOUT;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.request.StreamRequest;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Options of sockets, set before the bind and on connections.
@Timeout(30)
class SocketOptionsTest {
    @SuppressWarnings("unused") // by its name
    private static final List<String> ENGINES = Variant.ENGINES;

    private static ServerOptions with(UnaryOperator<SocketSettings> change) {
        return ServerOptions.DEFAULT.withSocket(change);
    }

    /// {@return what a handler finds on its connection}
    private static String ask(ServerOptions options, Question question) throws IOException {
        try (var server =
                new ThreadingTcpServer(
                        Peer.anyPort(),
                        request -> request.output().writeLine(answer(question, request)),
                        options)) {
            server.start();
            try (Peer peer = Peer.of(server)) {
                return peer.line();
            }
        }
    }

    /// Something that a handler finds out.
    private interface Question {
        Object ask(StreamRequest request) throws IOException;
    }

    private static String answer(Question question, StreamRequest request) throws IOException {
        try {
            return String.valueOf(question.ask(request));
        } catch (UnsupportedOperationException | SocketException refused) {
            return refused.toString();
        }
    }

    private static <T> String setAndAsk(String engine, SocketOption<T> option, T value)
            throws Exception {
        return on(
                engine,
                () ->
                        ask(
                                ServerOptions.DEFAULT,
                                request -> {
                                    request.option(option, value);
                                    return request.option(option);
                                }));
    }

    /// An option as a program that does not know its constant would make it.
    private record Named<T>(String name, Class<T> type) implements SocketOption<T> {}

    private static Named<Integer> number(String name) {
        return new Named<>(name, Integer.class);
    }

    // IPV6_V6ONLY

    private static TcpServer onPort(String host, int port, ServerOptions options) throws Exception {
        return on(
                "linux",
                () ->
                        new ThreadingTcpServer(
                                new InetSocketAddress(InetAddress.getByName(host), port),
                                Variant::echo,
                                options));
    }

    private static InetSocketAddress at(String host, TcpServer server) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(host), server.address().getPort());
    }

    private static void assertAnswers(InetSocketAddress address) throws IOException {
        try (Peer peer = Peer.of(address)) {
            assertThat(peer.ask("hello")).isEqualTo("hello");
        }
    }

    @Test
    void serverOfIpv6OnlyLeavesThePortFreeForOneOfIpv4() throws Exception {
        for (int attempts = 10; ; attempts--) {
            try (var six = onPort("::", 0, with(socket -> socket.withOption(IPV6_V6ONLY, true)));
                    var four = onPort("127.0.0.1", six.address().getPort(), with(s -> s))) {
                six.start();
                four.start();
                assertAnswers(at("127.0.0.1", six));
                assertAnswers(at("::1", six));
                return;
            } catch (BindException taken) {
                // By another process: the kernel has chosen one that was free for IPv6.
                if (attempts == 0) {
                    throw taken;
                }
            }
        }
    }

    @Test
    void serverOfIpv6OnlyTakesNoClientOfIpv4() throws Exception {
        try (var six = onPort("::", 0, with(socket -> socket.withOption(IPV6_V6ONLY, true)))) {
            assertThatThrownBy(() -> SocketChannel.open(at("127.0.0.1", six)).close())
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void withoutTheOptionTheServerTakesBoth() throws Exception {
        try (var both = onPort("::", 0, with(socket -> socket.withOption(IPV6_V6ONLY, false)))) {
            both.start();
            assertAnswers(at("127.0.0.1", both));
            assertAnswers(at("::1", both));
            assertThatThrownBy(
                            () ->
                                    onPort(
                                            "0.0.0.0",
                                            both.address().getPort(),
                                            ServerOptions.DEFAULT))
                    .isInstanceOf(BindException.class);
        }
    }

    @Test
    void ipv4SocketsHaveNoOptionOfIpv6() {
        assertThatThrownBy(
                        () ->
                                onPort(
                                        "127.0.0.1",
                                        0,
                                        with(socket -> socket.withOption(IPV6_V6ONLY, true))))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("the linux engine has no option IPV6_V6ONLY for this kind of socket");
    }

    // The linux engine's options

    @Test
    void connectionsHaveAUserTimeout() throws Exception {
        assertThat(setAndAsk("linux", TCP_USER_TIMEOUT, 30_000)).isEqualTo("30000");
        assertThat(setAndAsk("linux", TCP_USER_TIMEOUT, -1)).contains("EINVAL");
    }

    @Test
    void connectionsInheritTheUserTimeoutOfTheServer() throws Exception {
        ServerOptions options = with(socket -> socket.withOption(TCP_USER_TIMEOUT, 12_345));
        assertThat(on("linux", () -> ask(options, request -> request.option(TCP_USER_TIMEOUT))))
                .isEqualTo("12345");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TCP_KEEPIDLE", "TCP_KEEPINTERVAL", "TCP_KEEPCOUNT"})
    void connectionsHaveTheOptionsOfTheModuleJdkNetByName(String name) throws Exception {
        assertThat(setAndAsk("linux", number(name), 42)).isEqualTo("42");
    }

    @Test
    void connectionsHaveQuickAcknowledgements() throws Exception {
        assertThat(setAndAsk("linux", new Named<>("TCP_QUICKACK", Boolean.class), false))
                .isEqualTo("false");
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void connectionsHaveTheStandardOptions(String engine) throws Exception {
        assertThat(setAndAsk(engine, StandardSocketOptions.SO_KEEPALIVE, true)).isEqualTo("true");
        assertThat(setAndAsk(engine, StandardSocketOptions.TCP_NODELAY, false)).isEqualTo("false");
        assertThat(setAndAsk(engine, StandardSocketOptions.SO_LINGER, 7)).isEqualTo("7");
        assertThat(setAndAsk(engine, StandardSocketOptions.SO_LINGER, -1)).isEqualTo("-1");
        assertThat(setAndAsk(engine, StandardSocketOptions.IP_TOS, 0x10)).isEqualTo("16");
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void saysThatItDoesNotKnowAnOption(String engine) throws Exception {
        assertThat(setAndAsk(engine, number("SO_NOSUCH"), 1))
                .contains("UnsupportedOperationException", "SO_NOSUCH")
                .doesNotContain("the linux engine has,");
    }

    @Test
    void theJdkEngineSaysWhichEngineHasTheOption() throws Exception {
        String refusal =
                "java.lang.UnsupportedOperationException: the jdk engine has no option"
                        + " TCP_USER_TIMEOUT here; the linux engine has, but system property"
                        + " socketserver.engine is jdk";
        assertThat(setAndAsk("jdk", TCP_USER_TIMEOUT, 1)).isEqualTo(refusal);
        assertThat(
                        on(
                                "jdk",
                                () ->
                                        ask(
                                                ServerOptions.DEFAULT,
                                                request -> request.option(TCP_USER_TIMEOUT))))
                .isEqualTo(refusal);
        assertThatThrownBy(
                        () ->
                                on(
                                        "jdk",
                                        () ->
                                                new TcpServer(
                                                        new InetSocketAddress(0),
                                                        Variant::echo,
                                                        with(
                                                                s ->
                                                                        s.withOption(
                                                                                IPV6_V6ONLY,
                                                                                true)))))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageStartingWith("the jdk engine has no option IPV6_V6ONLY here");
    }

    // SO_REUSEPORT

    @ParameterizedTest
    @FieldSource("ENGINES")
    void serversShareAPort(String engine) throws Exception {
        ServerOptions sharing = with(socket -> socket.withReusePort(true));
        try (var first = naming("first", engine, Peer.anyPort(), sharing);
                var second = naming("second", engine, first.address(), sharing)) {
            first.start();
            second.start();
            Set<String> met = new HashSet<>();
            // The kernel chooses by a hash of the client's port.
            for (int i = 0; i < 1000 && met.size() < 2; i++) {
                try (Peer peer = Peer.of(first)) {
                    met.add(peer.line());
                }
            }
            assertThat(met).containsExactlyInAnyOrder("first", "second");
        }
    }

    private static TcpServer naming(
            String name, String engine, InetSocketAddress address, ServerOptions options)
            throws Exception {
        return on(
                engine,
                () ->
                        new ThreadingTcpServer(
                                address, request -> request.output().writeLine(name), options));
    }
}
