package socketserver.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// The headers of the PROXY protocol, version 1 and 2, as `proxy-protocol.txt` has them.
class ProxyHeaderTest {
    private static final InetSocketAddress CLIENT = at("192.0.2.7", 4321);
    private static final InetSocketAddress ASKED = at("192.0.2.1", 443);
    private static final InetSocketAddress CLIENT6 = at("2001:db8::7", 4321);
    private static final InetSocketAddress ASKED6 = at("2001:db8::1", 443);

    private static InetSocketAddress at(String host, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), port);
    }

    /// {@return the header, which must be there as a whole, and not before its last byte}
    private static ProxyHeader parsed(byte[] header) throws IOException {
        byte[] more = Arrays.copyOf(header, header.length + 5);
        for (int length = 0; length < header.length; length++) {
            ByteBuffer part = ByteBuffer.wrap(more, 0, length);
            assertThat(decode(part)).as("of %d bytes", length).isNull();
            assertThat(part.position()).isZero();
        }
        ByteBuffer all = ByteBuffer.wrap(more);
        ProxyHeader read = decode(all);
        assertThat(all.remaining()).as("what is behind it").isEqualTo(5);
        assertThat(read).isNotNull();
        return read;
    }

    private static @Nullable ProxyHeader decode(ByteBuffer bytes) throws IOException {
        return ProxyHeader.decoder().decode(bytes, 0);
    }

    private static void assertRefused(byte[] header) {
        assertThatThrownBy(() -> decode(ByteBuffer.wrap(header)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("PROXY");
    }

    @Test
    void showsNoControlCharactersOfAMalformedLine() {
        assertThatThrownBy(
                        () ->
                                decode(
                                        ByteBuffer.wrap(
                                                ProxyBytes.text("PROXY TCP4 \n forged \u001b["))))
                .isInstanceOf(ProtocolException.class)
                .hasMessageEndingWith("PROXY TCP4 \\x0a forged \\x1b[");
    }

    @Test
    void saysWhoTheClientIsInText() throws IOException {
        ProxyHeader four = parsed(ProxyBytes.text("PROXY TCP4 192.0.2.7 192.0.2.1 4321 443"));
        assertThat(four.version()).isEqualTo(1);
        assertThat(four.source()).isEqualTo(CLIENT);
        assertThat(four.destination()).isEqualTo(ASKED);
        assertThat(four.types()).isEmpty();
        ProxyHeader six = parsed(ProxyBytes.text("PROXY TCP6 2001:db8::7 2001:db8::1 4321 443"));
        assertThat(six.source()).isEqualTo(CLIENT6);
        assertThat(six.destination()).isEqualTo(ASKED6);
    }

    @Test
    void saysNothingOfUnknownClients() throws IOException {
        assertThat(parsed(ProxyBytes.text("PROXY UNKNOWN")).source()).isNull();
        String longest =
                "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
                        + " ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535";
        assertThat(longest).hasSize(105);
        assertThat(parsed(ProxyBytes.text(longest)).source()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY",
                "PROXY ",
                "PROXY TCP4",
                "PROXY UNKNOWNS",
                "PROXY UDP4 192.0.2.7 192.0.2.1 4321 443",
                "PROXY TCP4 192.0.2.7 192.0.2.1 4321",
                "PROXY TCP4 192.0.2.7 192.0.2.1 4321 443 ",
                "PROXY TCP4  192.0.2.7 192.0.2.1 4321 443",
                "PROXY TCP4 192.0.2.7 192.0.2.1 4321 65536",
                "PROXY TCP4 192.0.2.7 192.0.2.1 04321 443",
                "PROXY TCP4 192.0.2.7 192.0.2.1 -1 443",
                "PROXY TCP4 192.0.2.256 192.0.2.1 4321 443",
                "PROXY TCP4 192.0.2.07 192.0.2.1 4321 443",
                "PROXY TCP4 192.0.519 192.0.2.1 4321 443",
                "PROXY TCP4 2001:db8::7 2001:db8::1 4321 443",
                "PROXY TCP6 192.0.2.7 192.0.2.1 4321 443",
                "PROXY TCP6 2001:db8::7::8 2001:db8::1 4321 443",
                "PROXY TCP6 fe80::1%eth0 2001:db8::1 4321 443",
                "proxy TCP4 192.0.2.7 192.0.2.1 4321 443",
                "GET / HTTP/1.1"
            })
    void refusesWhatIsNoSuchLine(String line) {
        assertRefused(ProxyBytes.text(line));
    }

    @Test
    void refusesALineThatDoesNotEnd() {
        assertRefused(("PROXY UNKNOWN " + "x".repeat(200)).getBytes(US_ASCII));
    }

    @Test
    void saysWhoTheClientIsInBinary() throws IOException {
        ProxyHeader four = parsed(ProxyBytes.tcp(CLIENT, ASKED));
        assertThat(four.version()).isEqualTo(2);
        assertThat(four.source()).isEqualTo(CLIENT);
        assertThat(four.destination()).isEqualTo(ASKED);
        ProxyHeader six = parsed(ProxyBytes.tcp(CLIENT6, ASKED6));
        assertThat(six.source()).isEqualTo(CLIENT6);
        assertThat(six.destination()).isEqualTo(ASKED6);
    }

    @Test
    void saysWhichUnixSocketTheClientIs() throws IOException {
        byte[] addresses =
                ProxyBytes.unix("/run/client".getBytes(US_ASCII), "\0name".getBytes(US_ASCII));
        ProxyHeader header = parsed(ProxyBytes.binary(ProxyBytes.PROXY, 0x31, addresses));
        assertThat(header.source()).isEqualTo(UnixAddress.of("/run/client"));
        assertThat(header.destination()).isEqualTo(UnixAddress.abstractName("name"));
        ProxyHeader unnamed =
                parsed(
                        ProxyBytes.binary(
                                ProxyBytes.PROXY, 0x31, ProxyBytes.unix(new byte[0], new byte[0])));
        assertThat(unnamed.source()).isEqualTo(UnixAddress.unnamed());
    }

    @Test
    void keepsItsFields() throws IOException {
        byte[] name = "example.org".getBytes(US_ASCII);
        ProxyHeader header =
                parsed(
                        ProxyBytes.tcp(
                                CLIENT,
                                ASKED,
                                ProxyBytes.field(ProxyHeader.AUTHORITY, name),
                                ProxyBytes.field(0xE0),
                                ProxyBytes.field(0xE1, new byte[3000])));
        assertThat(header.types()).containsExactly(ProxyHeader.AUTHORITY, 0xE0, 0xE1);
        assertThat(header.field(ProxyHeader.AUTHORITY)).isEqualTo(name);
        assertThat(header.field(0xE0)).isEmpty();
        assertThat(header.field(0xE1)).hasSize(3000);
        assertThat(header.field(ProxyHeader.SSL)).isNull();
    }

    @Test
    void checksItsSum() throws IOException {
        byte[] header = ProxyBytes.summed(ProxyBytes.tcp(CLIENT, ASKED));
        assertThat(parsed(header).source()).isEqualTo(CLIENT);
        for (int changed = 16; changed < header.length; changed++) {
            byte[] wrong = header.clone();
            wrong[changed] ^= 1;
            boolean inType = changed == header.length - 7;
            if (!inType) {
                assertRefused(wrong);
            }
        }
    }

    @Test
    void saysNothingOfConnectionsOfTheProxyItself() throws IOException {
        for (byte[] header :
                new byte[][] {
                    ProxyBytes.binary(ProxyBytes.LOCAL, 0),
                    ProxyBytes.binary(ProxyBytes.LOCAL, 0xFF, new byte[7]),
                    ProxyBytes.binary(ProxyBytes.PROXY, 0, new byte[9]),
                    ProxyBytes.binary(ProxyBytes.PROXY, 0x10, new byte[12])
                }) {
            ProxyHeader read = parsed(header);
            assertThat(read.source()).isNull();
            assertThat(read.types()).isEmpty();
        }
    }

    @Test
    void refusesWhatTheProtocolDoesNotHave() {
        byte[] addresses = new byte[12];
        assertRefused(ProxyBytes.binary(0x11, 0x11, addresses));
        assertRefused(ProxyBytes.binary(0x22, 0x11, addresses));
        assertRefused(ProxyBytes.binary(ProxyBytes.PROXY, 0x41, addresses));
        assertRefused(ProxyBytes.binary(ProxyBytes.PROXY, 0x13, addresses));
        assertRefused(ProxyBytes.binary(ProxyBytes.PROXY, 0x11, new byte[11]));
        assertRefused(ProxyBytes.binary(ProxyBytes.PROXY, 0x21, new byte[35]));
        assertRefused(ProxyBytes.binary(ProxyBytes.PROXY, 0x31, new byte[215]));
        assertRefused(ProxyBytes.binary(ProxyBytes.PROXY, 0x11, addresses, new byte[2]));
        assertRefused(
                ProxyBytes.binary(
                        ProxyBytes.PROXY, 0x11, addresses, new byte[] {(byte) 0xE0, 0, 2, 0}));
        byte[] none = ProxyBytes.tcp(CLIENT, ASKED);
        none[11] = 0;
        assertRefused(none);
    }
}
