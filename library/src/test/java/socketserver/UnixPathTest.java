package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import socketserver.request.UnixAddress;
import socketserver.transport.Engine;
import socketserver.transport.Listener;

import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What a server does with the file that its Unix socket is bound to.
@Timeout(20)
class UnixPathTest {
    private static final Set<PosixFilePermission> OWNERS =
            PosixFilePermissions.fromString("rw-------");
    private static final ServerOptions SECRET =
            ServerOptions.DEFAULT.withSocket(socket -> socket.withUnixPermissions(OWNERS));

    private Path folder;
    private Path path;
    private UnixAddress address;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createTempDirectory("socketserver");
        path = folder.resolve("s");
        address = UnixAddress.of(path);
    }

    @AfterEach
    void nothingIsLeftInTheFolder() throws IOException {
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
        Files.delete(folder);
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private UnixStreamServer server() throws IOException {
        return new UnixStreamServer(address, Variant::echo);
    }

    private UnixStreamServer server(ServerOptions options) throws IOException {
        return new UnixStreamServer(address, Variant::echo, options);
    }

    private String echo(UnixStreamServer server, String message) throws IOException {
        server.start();
        try (Client client = Family.UNIX_STREAM.connect(address)) {
            return client.ask(message);
        } finally {
            server.shutdown();
        }
    }

    private void makeStale() throws IOException {
        try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(Files.exists(path)).isTrue();
    }

    @Test
    void makesAFileAndRemovesItAtClose() throws IOException {
        try (var server = server()) {
            assertThat(Files.exists(path)).isTrue();
            assertThat(server.address()).isEqualTo(address).hasToString("unix:" + path);
            assertThat(echo(server, "hello")).isEqualTo("hello");
            assertThat(Files.exists(path)).isTrue();
        }
        assertThat(Files.exists(path)).isFalse();
    }

    @Test
    void replacesAFileThatNobodyListensOn() throws IOException {
        makeStale();
        try (var server = server()) {
            assertThat(echo(server, "hello")).isEqualTo("hello");
        }
    }

    @Test
    void leavesTheFileOfALiveServerAlone() throws IOException {
        try (var live = server()) {
            assertThatThrownBy(this::server)
                    .isInstanceOf(BindException.class)
                    .hasMessage("address already in use: a server answers at " + path);
            assertThat(echo(live, "still here")).isEqualTo("still here");
        }
    }

    @Test
    void leavesTheFileOfALiveServerAloneWhoseBacklogIsFull() throws IOException {
        List<SocketChannel> waiting = new ArrayList<>();
        try (var busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            busy.bind(UnixDomainSocketAddress.of(path), 1);
            assertThatThrownBy(() -> fillBacklog(waiting)).hasMessageContaining("unavailable");
            assertThatThrownBy(this::server)
                    .isInstanceOf(BindException.class)
                    .hasMessage("address already in use: a server answers at " + path);
        } finally {
            for (SocketChannel client : waiting) {
                client.close();
            }
            Files.deleteIfExists(path);
        }
    }

    private void fillBacklog(List<SocketChannel> clients) throws IOException {
        for (; ; ) {
            SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
            clients.add(client);
            client.configureBlocking(false);
            client.connect(UnixDomainSocketAddress.of(path));
        }
    }

    @Test
    void leavesAPipeAlone() throws Exception {
        Installed.needs("mkfifo");
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
        assertThatThrownBy(this::server)
                .isInstanceOf(BindException.class)
                .hasMessage(path + " exists and is not a socket: remove it first");
        assertThat(path).exists();
        Files.delete(path);
    }

    @Test
    void leavesAFileAloneThatIsNoSocket() throws IOException {
        Files.writeString(path, "precious");
        assertThatThrownBy(this::server)
                .isInstanceOf(BindException.class)
                .hasMessage(path + " exists and is not a socket: remove it first");
        assertThat(Files.readString(path)).isEqualTo("precious");
        Files.delete(path);
    }

    @Test
    void leavesAFolderAlone() throws IOException {
        Files.createDirectory(path);
        assertThatThrownBy(this::server)
                .isInstanceOf(BindException.class)
                .hasMessageContaining("is not a socket");
        Files.delete(path);
    }

    @Test
    void leavesALinkAlone() throws IOException {
        Path target = folder.resolve("target");
        Files.createSymbolicLink(path, target);
        assertThatThrownBy(this::server)
                .isInstanceOf(BindException.class)
                .hasMessageContaining("is not a socket");
        assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
        Files.delete(path);
    }

    @Test
    void leavesTheFileOfAnotherServerThatHasReplacedItsOwn() throws IOException {
        var first = server();
        Files.delete(path);
        try (var second = server()) {
            first.close();
            assertThat(Files.exists(path)).isTrue();
            assertThat(echo(second, "mine now")).isEqualTo("mine now");
        }
    }

    @Test
    void leavesAFileThatHasReplacedItsOwn() throws IOException {
        var server = server();
        Files.delete(path);
        Files.writeString(path, "precious");
        server.close();
        assertThat(Files.readString(path)).isEqualTo("precious");
        Files.delete(path);
    }

    @Test
    void closesThoughItsFileIsGone() throws IOException {
        var server = server();
        Files.delete(path);
        server.close();
    }

    @Test
    void givesTheFileThePermissions() throws IOException {
        try (var server = server(SECRET)) {
            assertThat(permissions(path)).isEqualTo("rw-------");
            assertThat(echo(server, "hello")).isEqualTo("hello");
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the jdk engine cannot")
    void restrictsItsSocketToThePermissions() throws IOException {
        try (var server = server(SECRET)) {
            Path open = Path.of("/proc/self/fd/" + server.descriptor());
            assertThat(permissions(open)).isEqualTo("rw-------");
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the jdk engine cannot")
    void letsOthersInAtNoTime() throws IOException {
        Engine engine = Engine.chosen();
        for (Listener<?> listener :
                List.of(
                        engine.openStream(StandardProtocolFamily.UNIX),
                        engine.openDatagram(StandardProtocolFamily.UNIX, 1))) {
            try (listener) {
                listener.restrict(OWNERS);
                listener.bind(address, 1);
                // Nobody has set them since.
                assertThat(permissions(path)).isEqualTo("rw-------");
            } finally {
                Files.delete(path);
            }
        }
    }

    @Test
    void servesAgainAtTheSamePath() throws IOException {
        for (int i = 0; i < 5; i++) {
            try (var server = server()) {
                assertThat(echo(server, "round " + i)).isEqualTo("round " + i);
            }
        }
    }

    @Test
    void doesNotBindBeforeItIsTold() throws IOException {
        try (var server = server(ServerOptions.DEFAULT.withBindAndActivate(false))) {
            assertThat(Files.exists(path)).isFalse();
            server.serverBind();
            server.serverActivate();
            assertThat(echo(server, "hello")).isEqualTo("hello");
        }
    }

    @Test
    void refusesAFolderThatIsNotThere() {
        UnixAddress nowhere = UnixAddress.of(folder.resolve("no").resolve("s"));
        assertThatThrownBy(() -> new UnixStreamServer(nowhere, Variant::echo))
                .isInstanceOf(IOException.class);
    }

    @Test
    void refusesAbstractNamesOnTheJdkEngine() {
        assertThatThrownBy(() -> onTheJdkEngine(UnixAddress.abstractName("x")))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "the jdk engine has no abstract or unnamed Unix addresses (unix:@x); the"
                                + " linux engine has, but system property socketserver.engine is"
                                + " jdk");
    }

    @Test
    void refusesUnnamedAddressesOnTheJdkEngine() {
        assertThatThrownBy(() -> onTheJdkEngine(UnixAddress.unnamed()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("unix:(unnamed)");
    }

    private static void onTheJdkEngine(UnixAddress address) throws IOException {
        System.setProperty("socketserver.engine", "jdk");
        try {
            new UnixStreamServer(address, Variant::echo).close();
        } finally {
            System.clearProperty("socketserver.engine");
        }
    }

    @Test
    void refusesAPathThatIsTooLong() {
        String path = "/tmp/" + "x".repeat(103);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UnixAddress.of(path))
                .withMessage("unix path (" + path + ") has 108 bytes: 1 to 107 are possible");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UnixAddress.of("/tmp/" + "ü".repeat(52)))
                .withMessageContaining("has 109 bytes");
    }

    @Test
    void refusesAPathThatIsTooLongForTheEngineWithAMessage() {
        Path longest = folder.resolve("x".repeat(106 - folder.toString().length()));
        UnixAddress address = UnixAddress.of(longest);
        assertThat(address.name()).hasSize(UnixAddress.MAX_BYTES);
        try (var _ = new UnixStreamServer(address, Variant::echo)) {
            assertThat(Files.exists(longest)).isTrue();
        } catch (IOException refused) {
            assertThat(refused).hasMessageContaining("too long");
        }
    }

    @Test
    void refusesAPathThatIsNotUtf8() {
        byte[] bytes = (path + "x").getBytes(UTF_8);
        bytes[bytes.length - 1] = (byte) 0xff;
        UnixAddress address = UnixAddress.of(bytes);
        assertThatThrownBy(() -> new UnixStreamServer(address, Variant::echo))
                .isInstanceOf(BindException.class)
                .hasMessage(
                        "the bytes of path %s\ufffd are not UTF-8: its file could not be removed at"
                                + " close",
                        path);
    }

    @Test
    void refusesAPathWithAZeroByte() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UnixAddress.of("a\0b"))
                .withMessage("unix path has a zero byte: use abstractName()");
    }
}
