package socketserver.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.posix.Constants.AF_INET;
import static socketserver.posix.Constants.AF_INET6;
import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.SOCK_DGRAM;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.posix.Libc;
import socketserver.request.UnixAddress;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// Addresses to the kernel's bytes, and back.
class LinuxAddressTest {
    private final MemorySegment memory =
            Arena.ofAuto().allocate(LinuxAddress.MAX_LENGTH, 8).fill((byte) 0xAA);

    private static InetSocketAddress inet(String literal, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(literal), port);
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private String written(SocketAddress address, int domain) {
        int length = LinuxAddress.write(address, domain, memory);
        return HexFormat.of().formatHex(memory.asSlice(0, length).toArray(JAVA_BYTE));
    }

    @Test
    void writesWhatTheManualShows() throws Exception {
        assertThat(written(inet("127.0.0.2", 0x1234), AF_INET))
                .isEqualTo("0200" + "1234" + "7f000002" + "0000000000000000");
        assertThat(written(inet("::", 0), AF_INET)).isEqualTo("0200" + "00".repeat(14));
        assertThat(written(inet("2001:db8::7", 0xffff), AF_INET6))
                .isEqualTo(
                        "0a00"
                                + "ffff"
                                + "00000000"
                                + "20010db8000000000000000000000007"
                                + "00000000");
        assertThat(written(inet("127.0.0.2", 1), AF_INET6))
                .isEqualTo(
                        "0a00"
                                + "0001"
                                + "00000000"
                                + "00000000000000000000ffff7f000002"
                                + "00000000");
        assertThat(written(inet("0.0.0.0", 1), AF_INET6))
                .isEqualTo("0a00" + "0001" + "00".repeat(24));
        byte[] linkLocal = inet("fe80::1", 0).getAddress().getAddress();
        SocketAddress scoped =
                new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 3), 1);
        assertThat(written(scoped, AF_INET6)).endsWith("0000000001" + "03000000");
        assertThat(written(UnixAddress.of("/a"), AF_UNIX)).isEqualTo("0100" + "2f61" + "00");
        assertThat(written(UnixAddress.abstractName("a"), AF_UNIX)).isEqualTo("0100" + "00" + "61");
        assertThat(written(UnixAddress.unnamed(), AF_UNIX)).isEqualTo("0100");
    }

    @Test
    void refusesAnIpv6AddressForAnIpv4Socket() throws Exception {
        InetSocketAddress six = inet("::1", 80);
        assertThatThrownBy(() -> LinuxAddress.write(six, AF_INET, memory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("IPv4");
    }

    static List<SocketAddress> addresses() throws UnknownHostException {
        byte[] linkLocal = inet("fe80::1", 0).getAddress().getAddress();
        byte[] everyByte = new byte[UnixAddress.MAX_BYTES];
        for (int i = 0; i < everyByte.length; i++) {
            everyByte[i] = (byte) (i % 2 == 0 ? i : -i);
        }
        return List.of(
                inet("127.0.0.1", 1),
                inet("255.255.255.255", 65_535),
                inet("::1", 8080),
                inet("2001:db8::ffff", 32_768),
                new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 3), 53),
                UnixAddress.unnamed(),
                UnixAddress.of("s"),
                UnixAddress.of("/tmp/größe"),
                UnixAddress.of(new byte[] {'/', (byte) 0xff, (byte) 0xc3}),
                UnixAddress.of(filled(107, 'x')),
                UnixAddress.of(filled(108, 'x')),
                UnixAddress.abstractName("a"),
                UnixAddress.abstractName(new byte[] {0}),
                UnixAddress.abstractName(new byte[] {'a', 0, 'b', 0}),
                UnixAddress.abstractName(everyByte));
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void readsWhatItHasWritten(SocketAddress address) {
        int domain =
                address instanceof InetSocketAddress inet
                        ? inet.getAddress() instanceof Inet6Address ? AF_INET6 : AF_INET
                        : AF_UNIX;
        int length = LinuxAddress.write(address, domain, memory);
        SocketAddress read = LinuxAddress.read(memory, length);
        assertThat(read).isEqualTo(address);
        if (read instanceof InetSocketAddress inet
                && inet.getAddress() instanceof Inet6Address six) {
            Inet6Address written = (Inet6Address) ((InetSocketAddress) address).getAddress();
            assertThat(six.getScopeId()).isEqualTo(written.getScopeId());
        }
    }

    @Test
    void readsAMappedAddressAsTheIpv4AddressThatItStandsFor() throws Exception {
        int length = LinuxAddress.write(inet("127.0.0.2", 9), AF_INET6, memory);
        assertThat(LinuxAddress.read(memory, length)).isEqualTo(inet("127.0.0.2", 9));
    }

    @Test
    void readsWhatKernelsSayOfUnboundSockets() {
        LinuxAddress.write(UnixAddress.unnamed(), AF_UNIX, memory);
        memory.set(JAVA_BYTE, 2, (byte) 0);
        assertThat(LinuxAddress.read(memory, 0)).isEqualTo(UnixAddress.unnamed());
        assertThat(LinuxAddress.read(memory, 2)).isEqualTo(UnixAddress.unnamed());
        assertThat(LinuxAddress.read(memory, 3)).isEqualTo(UnixAddress.unnamed());
    }

    // The kernel itself

    private static SocketAddress boundTo(UnixAddress address) throws Exception {
        int socket = LinuxSocket.open(AF_UNIX, SOCK_DGRAM);
        try {
            LinuxSocket.bind(socket, address, AF_UNIX);
            return LinuxSocket.address(socket);
        } finally {
            Libc.close(socket);
        }
    }

    @EnabledOnOs(OS.LINUX)
    @ParameterizedTest
    @ValueSource(ints = {1, 50, 107})
    void theKernelBindsAbstractNamesOfAnyBytes(int length) throws Exception {
        byte[] name = new byte[length];
        new java.util.Random().nextBytes(name);
        name[length / 2] = 0;
        UnixAddress address = UnixAddress.abstractName(name);
        assertThat(boundTo(address)).isEqualTo(address);
    }

    @EnabledOnOs(OS.LINUX)
    @ParameterizedTest
    @ValueSource(ints = {107, 108})
    void theKernelBindsTheLongestPaths(int length, @TempDir Path folder) throws Exception {
        String start = folder + "/";
        byte[] path = (start + "x".repeat(length - start.length())).getBytes(UTF_8);
        UnixAddress address = UnixAddress.of(path);
        assertThat(boundTo(address)).isEqualTo(address);
        try (var files = Files.list(folder)) {
            assertThat(files.findFirst().orElseThrow().toString()).hasSize(length);
        }
    }
}
