package socketserver.request;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/// What holds for whatever a proxy may send.
final class ProxyHeaderPropertiesTest {
    private static final int MILLION = 1_000_000;
    private static final InetSocketAddress CLIENT =
            new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 4321);
    private static final InetSocketAddress CLIENT6 =
            new InetSocketAddress(InetAddress.ofLiteral("2001:db8::7"), 4321);
    private static final List<byte[]> HEADERS =
            List.of(
                    ProxyBytes.text("PROXY TCP4 192.0.2.7 192.0.2.1 4321 443"),
                    ProxyBytes.text("PROXY TCP6 2001:db8::7 2001:db8::1 4321 443"),
                    ProxyBytes.text("PROXY UNKNOWN"),
                    ProxyBytes.binary(ProxyBytes.LOCAL, 0),
                    ProxyBytes.tcp(CLIENT, CLIENT),
                    ProxyBytes.tcp(CLIENT6, CLIENT6, ProxyBytes.field(5, (byte) 1, (byte) 2)),
                    ProxyBytes.summed(
                            ProxyBytes.tcp(CLIENT, CLIENT, ProxyBytes.field(4, new byte[9]))),
                    ProxyBytes.binary(
                            ProxyBytes.PROXY,
                            0x31,
                            ProxyBytes.unix(new byte[] {'/', 'a'}, new byte[] {0, 'b'}),
                            ProxyBytes.field(0xE0)));

    /// {@return headers of which some bytes are others, with something behind them}
    @Provide
    Arbitrary<byte[]> spoilt() {
        return Combinators.combine(
                        Arbitraries.of(HEADERS),
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.randomValue(random -> random))
                .as(ProxyHeaderPropertiesTest::spoilt);
    }

    private static byte[] spoilt(byte[] header, int changes, Random random) {
        byte[] bytes = ByteBuffer.allocate(header.length + 10).put(header).array();
        for (int i = 0; i < changes; i++) {
            bytes[random.nextInt(header.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    /// Any bytes are a header, or none, or not enough, whichever way they come.
    private static void areUnderstoodAlike(byte[] bytes, int cut) throws Exception {
        String atOnce = outcome(ByteBuffer.wrap(bytes));
        String part = outcome(ByteBuffer.wrap(bytes, 0, Math.min(cut, bytes.length)));
        // What is refused or read of a part is not changed by what comes later.
        if (!part.equals("more")) {
            assertThat(atOnce).isEqualTo(part);
        }
    }

    private static String outcome(ByteBuffer bytes) throws Exception {
        try {
            ProxyHeader header = ProxyHeader.decoder().decode(bytes, 0);
            if (header == null) {
                assertThat(bytes.position()).isZero();
                return "more";
            }
            header.types().forEach(type -> assertThat(header.field(type)).isNotNull());
            return header + " " + header.types() + " up to " + bytes.position();
        } catch (ProtocolException refused) {
            assertThat(refused).hasMessageContaining("PROXY");
            return "refused";
        }
    }

    @Property
    void spoiltHeadersAreUnderstoodAlike(@ForAll("spoilt") byte[] bytes, @ForAll byte cut)
            throws Exception {
        areUnderstoodAlike(bytes, cut & 0xff);
    }

    @Property
    void anyBytesAreUnderstoodAlike(@ForAll byte[] bytes, @ForAll byte cut) throws Exception {
        areUnderstoodAlike(bytes, cut & 0xff);
    }

    @Property(tries = MILLION)
    @Tag("long")
    void aMillionSpoiltHeadersAreUnderstoodAlike(@ForAll("spoilt") byte[] bytes, @ForAll byte cut)
            throws Exception {
        areUnderstoodAlike(bytes, cut & 0xff);
    }
}
