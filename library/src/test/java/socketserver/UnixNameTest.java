package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.OnEngine.on;
import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.SOCK_STREAM;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/// Servers on Unix addresses that no file stands for: abstract names, and those of the kernel's
/// choice.
@Timeout(20)
class UnixNameTest {
    private static final long PID = ProcessHandle.current().pid();

    private static List<UnixAddress> addresses() {
        byte[] longest = new byte[UnixAddress.MAX_BYTES];
        Arrays.fill(longest, (byte) 'x');
        ByteBuffer.wrap(longest).putLong(PID);
        return List.of(
                UnixAddress.abstractName("socketserver-" + PID),
                UnixAddress.abstractName("/with/slashes-" + PID),
                UnixAddress.abstractName(withPid((byte) 0xff, (byte) 0xfe, (byte) 0x80)),
                UnixAddress.abstractName(withPid((byte) 0, (byte) 'x', (byte) 0)),
                UnixAddress.abstractName(longest));
    }

    /// {@return a name of those bytes, and of some that no other process has}
    private static byte[] withPid(byte... bytes) {
        return ByteBuffer.allocate(bytes.length + 8 + bytes.length)
                .put(bytes)
                .putLong(PID)
                .put(bytes)
                .array();
    }

    private static void echo(StreamRequest request) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16);
        while (request.read(bytes) >= 0) {
            request.write(bytes.flip());
            bytes.clear();
        }
    }

    private static UnixStreamServer streams(UnixAddress address) throws Exception {
        return on("linux", () -> new ThreadingUnixStreamServer(address, UnixNameTest::echo));
    }

    private static UnixDatagramServer packets(UnixAddress address) throws Exception {
        return on("linux", () -> new ThreadingUnixDatagramServer(address, Variant::echo));
    }

    private static void assertAnswers(UnixStreamServer server) throws IOException {
        server.start();
        // The test's thread is a platform thread: it may block in the client's calls.
        try (RawSocket client = RawSocket.open(AF_UNIX, SOCK_STREAM).connected(server.address())) {
            assertThat(client.echo(42)).isEqualTo(42);
        }
    }

    private static void assertAnswers(UnixDatagramServer server) throws IOException {
        server.start();
        try (Client client = new UnixPacketClient(server.address())) {
            assertThat(client.ask("hello")).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void serveConnectionsToAnAbstractName(UnixAddress address) throws Exception {
        // Twice: nothing of the first stays behind.
        for (int i = 0; i < 2; i++) {
            try (UnixStreamServer server = streams(address)) {
                assertThat(server.address()).isEqualTo(address);
                assertAnswers(server);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void servePacketsToAnAbstractName(UnixAddress address) throws Exception {
        for (int i = 0; i < 2; i++) {
            try (UnixDatagramServer server = packets(address)) {
                assertThat(server.address()).isEqualTo(address);
                assertAnswers(server);
            }
        }
    }

    @Test
    void isReadAsCommandLinesWriteIt() {
        assertThat(UnixAddress.parse("@a")).isEqualTo(UnixAddress.abstractName("a"));
        assertThat(UnixAddress.parse("/run/a")).isEqualTo(UnixAddress.of("/run/a"));
        assertThat(UnixAddress.parse("./@a")).isEqualTo(UnixAddress.of("./@a"));
    }

    @Test
    void haveANameOfTheKernelsChoiceIfTheyAreGivenNone() throws Exception {
        try (UnixStreamServer first = streams(UnixAddress.unnamed());
                UnixStreamServer second = streams(UnixAddress.unnamed());
                UnixDatagramServer third = packets(UnixAddress.unnamed())) {
            for (UnixAddress address :
                    List.of(first.address(), second.address(), third.address())) {
                assertThat(address.isAbstract()).isTrue();
                // unix(7): 5 bytes of the character set [0-9a-f]
                assertThat(address.name()).matches("[0-9a-f]{5}");
            }
            assertThat(second.address()).isNotEqualTo(first.address());
            assertAnswers(first);
            assertAnswers(second);
            assertAnswers(third);
        }
    }

    @Test
    void refuseANameThatAnotherServerHas() throws Exception {
        UnixAddress address = UnixAddress.abstractName("socketserver-taken-" + PID);
        try (UnixStreamServer server = streams(address)) {
            assertThatThrownBy(() -> streams(address))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("EADDRINUSE")
                    .hasMessageContaining(address.toString());
            assertAnswers(server);
        }
    }

    @Test
    void showClientsByTheirAbstractNames() throws Exception {
        UnixAddress name = UnixAddress.abstractName(withPid((byte) 0, (byte) 0xff));
        try (var server =
                on(
                        "linux",
                        () ->
                                new UnixStreamServer(
                                        UnixAddress.unnamed(),
                                        request -> {
                                            request.read(ByteBuffer.allocate(1));
                                            boolean same = request.client().equals(name);
                                            request.write(
                                                    ByteBuffer.wrap(
                                                            new byte[] {(byte) (same ? 1 : 0)}));
                                        }))) {
            server.start();
            try (RawSocket client =
                    RawSocket.open(AF_UNIX, SOCK_STREAM).bound(name).connected(server.address())) {
                assertThat(client.echo(7)).isEqualTo(1);
            }
        }
    }

    @Test
    void showsNamesOnOneLine() {
        UnixAddress hostile = UnixAddress.abstractName("x\n2026 WARNING forged\u001b[2J");
        assertThat(hostile).hasToString("unix:@x\\x0a2026 WARNING forged\\x1b[2J");
        assertThat(hostile.name()).contains("\n");
    }
}
