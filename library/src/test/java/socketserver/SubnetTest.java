package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;

/// Blocks of addresses, and what is in them.
class SubnetTest {
    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(text);
    }

    @Test
    void hasTheAddressesThatBeginLikeIt() {
        Subnet block = Subnet.of("192.0.2.128/25");
        assertThat(block.contains(address("192.0.2.128"))).isTrue();
        assertThat(block.contains(address("192.0.2.255"))).isTrue();
        assertThat(block.contains(address("192.0.2.127"))).isFalse();
        assertThat(block.contains(address("192.0.3.128"))).isFalse();
        assertThat(Subnet.of("2001:db8::/32").contains(address("2001:db8:1::7"))).isTrue();
        assertThat(Subnet.of("2001:db8::/32").contains(address("2001:db9::7"))).isFalse();
    }

    @Test
    void hasNoAddressesOfTheOtherFamily() {
        assertThat(Subnet.of("0.0.0.0/0").contains(address("::1"))).isFalse();
        assertThat(Subnet.of("::/0").contains(address("127.0.0.1"))).isFalse();
        assertThat(Subnet.of("0.0.0.0/0").contains(address("255.1.2.3"))).isTrue();
    }

    /// An address of which one bit is another is in the block if and only if that is behind the
    /// prefix.
    @Test
    void looksAtTheBitsOfThePrefixAlone() throws UnknownHostException {
        Random random = new Random(42);
        for (int length : new int[] {4, 16}) {
            for (int prefix = 0; prefix <= 8 * length; prefix++) {
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                Subnet block = new Subnet(InetAddress.getByAddress(bytes), prefix);
                assertThat(block.contains(InetAddress.getByAddress(bytes))).isTrue();
                for (int bit = 0; bit < 8 * length; bit++) {
                    byte[] other = bytes.clone();
                    other[bit / 8] ^= (byte) (0x80 >> bit % 8);
                    assertThat(block.contains(InetAddress.getByAddress(other)))
                            .as("%s with another bit %d", block, bit)
                            .isEqualTo(bit >= prefix);
                }
            }
        }
    }

    @Test
    void isTheSameHoweverItIsWritten() {
        assertThat(Subnet.of("192.0.2.7/24")).isEqualTo(Subnet.of("192.0.2.0/24"));
        assertThat(Subnet.of("192.0.2.7")).isEqualTo(Subnet.of("192.0.2.7/32"));
        assertThat(Subnet.of("::1")).isEqualTo(Subnet.of("::1/128"));
    }

    @Test
    void refusesWhatIsNone() {
        for (String text : new String[] {"localhost", "192.0.2.0/33", "192.0.2.0/-1", "::/x", ""}) {
            assertThatIllegalArgumentException().isThrownBy(() -> Subnet.of(text));
        }
    }
}
