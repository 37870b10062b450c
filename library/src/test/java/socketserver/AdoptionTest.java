package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.OnEngine.on;
import static socketserver.posix.Constants.AF_INET;
import static socketserver.posix.Constants.AF_INET6;
import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.F_DUPFD_CLOEXEC;
import static socketserver.posix.Constants.O_CLOEXEC;
import static socketserver.posix.Constants.SOCK_DGRAM;
import static socketserver.posix.Constants.SOCK_STREAM;
import static socketserver.request.LinuxSocketOptions.TCP_USER_TIMEOUT;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.concurrency.ConcurrencyModel;
import socketserver.posix.Libc;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// Servers of sockets that were opened by somebody else.
@Timeout(20)
class AdoptionTest {
    private static final InetSocketAddress ELSEWHERE =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);

    private Path folder;
    private Path path;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createTempDirectory("socketserver");
        path = folder.resolve("s");
    }

    @AfterEach
    void removeFolder() throws IOException {
        Files.deleteIfExists(path);
        Files.delete(folder);
    }

    private static ServerOptions serving(int descriptor) {
        return ServerOptions.DEFAULT.withSocket(socket -> socket.withDescriptor(descriptor));
    }

    private static TcpServer tcp(int descriptor) throws Exception {
        return tcp(serving(descriptor));
    }

    private static TcpServer tcp(ServerOptions options) throws Exception {
        return on("linux", () -> new ThreadingTcpServer(ELSEWHERE, Variant::echo, options));
    }

    private static UdpServer udp(int descriptor) throws Exception {
        return on(
                "linux",
                () -> new ThreadingUdpServer(ELSEWHERE, Variant::echo, serving(descriptor)));
    }

    private static void assertAnswers(BaseServer<?> server, Family family) throws IOException {
        server.start();
        for (int i = 0; i < 3; i++) {
            try (Client client = family.connect(server.address())) {
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {AF_INET, AF_INET6})
    void serveConnectionsOfASocketThatListens(int domain) throws Exception {
        try (RawSocket socket = RawSocket.loopback(domain, SOCK_STREAM).listening()) {
            try (TcpServer server = tcp(socket.number())) {
                assertThat(server.address().getPort()).isNotIn(0, 9);
                assertThat(server.address().getAddress().isLoopbackAddress()).isTrue();
                assertAnswers(server, domain == AF_INET ? Family.TCP_IPV4 : Family.TCP_IPV6);
                assertThat(socket.isNonBlocking()).isTrue();
                assertThat(socket.isForChildren()).isFalse();
            }
            assertThat(socket.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {AF_INET, AF_INET6})
    void servePacketsOfASocketThatIsBound(int domain) throws Exception {
        try (RawSocket socket = RawSocket.loopback(domain, SOCK_DGRAM)) {
            try (UdpServer server = udp(socket.number())) {
                assertThat(server.address().getPort()).isNotIn(0, 9);
                assertAnswers(server, domain == AF_INET ? Family.UDP_IPV4 : Family.UDP_IPV6);
                assertThat(socket.isNonBlocking()).isTrue();
                assertThat(socket.isForChildren()).isFalse();
            }
            assertThat(socket.isOpen()).isFalse();
        }
    }

    /// Another number of the same open socket, as another process would have it.
    private static int anotherNumber(ListeningServer<?> server) {
        int number = Libc.fcntl(server.descriptor(), F_DUPFD_CLOEXEC, 3);
        assertThat(number).isPositive();
        return number;
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP_IPV4", "UDP_IPV4", "UNIX_STREAM", "UNIX_DATAGRAM"})
    void goOnWhereAnotherServerEnds(Family family) throws Exception {
        var first = on("linux", () -> composed(family).threading().open(Variant::echo));
        try (first) {
            assertAnswers(first, family);
            int number = anotherNumber(first);
            try (var second =
                    on("linux", () -> SocketServer.descriptor(number).open(Variant::echo))) {
                assertThat(second.address()).isEqualTo(first.address());
                ((ListeningServer<?>) second).removesPath(true);
                first.removesPath(false);
                Drain drain =
                        Drain.within(Duration.ofSeconds(10)).withPatience(Duration.ofSeconds(5));
                assertThat(first.close(drain).cut()).isEmpty();
                assertAnswers(second, family);
                assertThat(Files.exists(path)).isEqualTo(family.name().startsWith("UNIX"));
            }
        }
        assertThat(path).doesNotExist();
    }

    private SocketServer<?, ? extends ListeningServer<?>> composed(Family family) {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return switch (family) {
            case UDP_IPV4 -> SocketServer.udp(any);
            case UNIX_STREAM -> SocketServer.unix(UnixAddress.of(path));
            case UNIX_DATAGRAM -> SocketServer.unixDatagram(UnixAddress.of(path));
            default -> SocketServer.tcp(any);
        };
    }

    @Test
    void cannotBeGivenOnByTheJdkEngine() throws Exception {
        try (var server = on("jdk", () -> composed(Family.TCP_IPV4).open(Variant::echo))) {
            assertThatThrownBy(server::descriptor)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage(
                            "the jdk engine cannot hand a socket over: it takes the linux engine");
        }
    }

    @Test
    void leaveThePathOfAUnixSocketToWhoeverHasBoundIt() throws Exception {
        UnixAddress elsewhere = UnixAddress.of(folder.resolve("elsewhere"));
        try (RawSocket socket = RawSocket.unix(path, SOCK_STREAM).listening()) {
            try (var server =
                    on(
                            "linux",
                            () ->
                                    new UnixStreamServer(
                                            elsewhere, Variant::echo, serving(socket.number())))) {
                assertThat(server.address()).isEqualTo(UnixAddress.of(path));
                assertAnswers(server, Family.UNIX_STREAM);
            }
            assertThat(socket.isOpen()).isFalse();
        }
        assertThatOnlyThePathIsThere();
    }

    @Test
    void leaveThePathOfAUnixDatagramSocketToWhoeverHasBoundIt() throws Exception {
        UnixAddress address = UnixAddress.of(path);
        try (RawSocket socket = RawSocket.unix(path, SOCK_DGRAM)) {
            try (var server =
                    on(
                            "linux",
                            () ->
                                    new UnixDatagramServer(
                                            address, Variant::echo, serving(socket.number())))) {
                assertAnswers(server, Family.UNIX_DATAGRAM);
            }
        }
        assertThatOnlyThePathIsThere();
    }

    private void assertThatOnlyThePathIsThere() throws IOException {
        try (Stream<Path> there = Files.list(folder)) {
            assertThat(there).containsExactly(path);
        }
    }

    @Test
    void takeTheOptionsThatCanStillBeSet() throws Exception {
        ServerOptions keepAlive =
                ServerOptions.DEFAULT.withSocket(
                        socket -> socket.withOption(TCP_USER_TIMEOUT, 1234));
        try (RawSocket socket = RawSocket.loopback(AF_INET, SOCK_STREAM).listening()) {
            ServerOptions options =
                    keepAlive.withSocket(settings -> settings.withDescriptor(socket.number()));
            try (var server =
                    on(
                            "linux",
                            () ->
                                    new ThreadingTcpServer(
                                            ELSEWHERE,
                                            request ->
                                                    request.output()
                                                            .writeLine(
                                                                    ""
                                                                            + request.option(
                                                                                    TCP_USER_TIMEOUT)),
                                            options))) {
                server.start();
                try (Peer peer = Peer.of(server)) {
                    assertThat(peer.line()).isEqualTo("1234");
                }
            }
        }
    }

    // What is refused, and left as it is

    private static void assertRefuses(RawSocket socket, OnEngine.Making<?> making, String what) {
        assertThatThrownBy(making::make)
                .isInstanceOf(SocketException.class)
                .hasMessage("descriptor " + socket.number() + " " + what);
        assertThat(socket.isOpen()).isTrue();
    }

    @Test
    void refuseASocketOfTheOtherType() throws Exception {
        try (RawSocket socket = RawSocket.loopback(AF_INET, SOCK_DGRAM)) {
            assertRefuses(
                    socket,
                    () -> tcp(socket.number()),
                    "is a datagram socket: the server needs a stream one");
            assertThat(socket.isNonBlocking()).isFalse();
        }
        try (RawSocket socket = RawSocket.loopback(AF_INET, SOCK_STREAM).listening()) {
            assertRefuses(
                    socket,
                    () -> udp(socket.number()),
                    "is a stream socket: the server needs a datagram one");
        }
    }

    @Test
    void refuseASocketOfAnotherFamily() throws Exception {
        try (RawSocket socket = RawSocket.unix(path, SOCK_STREAM).listening()) {
            assertRefuses(
                    socket,
                    () -> tcp(socket.number()),
                    "is a socket of family UNIX: the server needs one of [INET, INET6]");
        }
        try (RawSocket socket = RawSocket.loopback(AF_INET6, SOCK_STREAM).listening()) {
            assertRefuses(
                    socket,
                    () ->
                            tcp(
                                    serving(socket.number())
                                            .withSocket(
                                                    settings ->
                                                            settings.withAddressFamily(
                                                                    StandardProtocolFamily.INET))),
                    "is a socket of family INET6: the server needs one of [INET]");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"synchronous", "threading", "selector", "forking"})
    void serveTheOneConnectionThatTheyAreGiven(String model) throws Exception {
        try (RawSocket listening = RawSocket.loopback(AF_INET, SOCK_STREAM).listening();
                var client = new Socket(InetAddress.getLoopbackAddress(), listening.port());
                RawSocket accepted = listening.accept()) {
            var composition =
                    on(
                            "linux",
                            () -> SocketServer.descriptor(accepted.number()).model(byName(model)));
            try (var server = on("linux", () -> composition.open(Variant::echo))) {
                assertThat(server.address()).isEqualTo(client.getRemoteSocketAddress());
                client.getOutputStream().write("hello\n".getBytes(US_ASCII));
                client.shutdownOutput();
                server.start();
                assertThat(client.getInputStream().readAllBytes())
                        .asString(US_ASCII)
                        .isEqualTo("hello\n");
                Patience.eventually(() -> assertThat(server.requests()).isEmpty());
                assertThatThrownBy(((ListeningServer<?>) server)::descriptor)
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessage("a connection is not handed over");
            }
            assertThat(accepted.isOpen()).isFalse();
        }
    }

    private static ConcurrencyModel byName(String model) {
        return switch (model) {
            case "threading" -> ConcurrencyModel.threading();
            case "selector" -> ConcurrencyModel.selector();
            case "forking" -> ConcurrencyModel.forking();
            default -> ConcurrencyModel.synchronous();
        };
    }

    @Test
    void handleItAsOneRequest() throws Exception {
        try (RawSocket listening = RawSocket.loopback(AF_INET, SOCK_STREAM).listening();
                var client = new Socket(InetAddress.getLoopbackAddress(), listening.port());
                RawSocket accepted = listening.accept();
                TcpServer server = tcp(accepted.number())) {
            client.shutdownOutput();
            assertThat(server.handleRequest()).isEqualTo(HandleResult.HANDLED);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void closeTheConnectionThatNobodyHasTaken() throws Exception {
        try (RawSocket listening = RawSocket.loopback(AF_INET, SOCK_STREAM).listening();
                var client = new Socket(InetAddress.getLoopbackAddress(), listening.port());
                RawSocket accepted = listening.accept()) {
            tcp(accepted.number()).close();
            assertThat(accepted.isOpen()).isFalse();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void refuseASocketThatDoesNotListen() throws Exception {
        try (RawSocket socket = RawSocket.loopback(AF_INET, SOCK_STREAM)) {
            assertRefuses(
                    socket,
                    () -> tcp(socket.number()),
                    "is a stream socket that neither listens nor is a connection");
        }
    }

    @Test
    void refuseASocketThatIsNotBound() throws Exception {
        try (RawSocket socket = RawSocket.open(AF_INET, SOCK_DGRAM)) {
            assertRefuses(
                    socket, () -> udp(socket.number()), "is a datagram socket that is not bound");
        }
        try (RawSocket socket = RawSocket.open(AF_UNIX, SOCK_DGRAM)) {
            assertRefuses(
                    socket,
                    () ->
                            on(
                                    "linux",
                                    () ->
                                            new UnixDatagramServer(
                                                    UnixAddress.unnamed(),
                                                    Variant::echo,
                                                    serving(socket.number()))),
                    "is a datagram socket that is not bound");
        }
    }

    @Test
    void refuseWhatIsNoSocket() {
        int file;
        try (Arena arena = Arena.ofConfined()) {
            file = Libc.open(arena.allocateFrom("/dev/null"), O_CLOEXEC);
        }
        assertThat(file).isPositive();
        try {
            assertThatThrownBy(() -> tcp(file))
                    .isInstanceOf(SocketException.class)
                    .hasMessage("descriptor " + file + " is not a socket");
        } finally {
            Libc.close(file);
        }
    }

    @Test
    void refuseADescriptorThatIsNotOpen() {
        assertThatThrownBy(() -> tcp(999_999))
                .isInstanceOf(SocketException.class)
                .hasMessage("descriptor 999999 is not open");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> serving(-1))
                .withMessage("descriptor (-1) must not be negative");
    }

    @Test
    void cannotBeServedByTheJdkEngine() throws Exception {
        List<OnEngine.Making<?>> makings =
                List.of(
                        () -> new TcpServer(ELSEWHERE, Variant::echo, serving(3)),
                        () -> new UdpServer(ELSEWHERE, Variant::echo, serving(3)));
        for (OnEngine.Making<?> making : makings) {
            assertThatThrownBy(() -> on("jdk", making))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage(
                            "the jdk engine has no way to serve an open descriptor (3); the linux"
                                    + " engine has, but system property socketserver.engine is"
                                    + " jdk");
        }
    }
}
