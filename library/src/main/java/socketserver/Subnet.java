package socketserver;

import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// A block of Internet addresses that begin alike (CIDR, RFC 4632): `192.0.2.0/24`,
/// `2001:db8::/32`.
///
/// @param address its first address: all bits behind the prefix are zero
/// @param prefix how many bits all its addresses share
public record Subnet(InetAddress address, int prefix) implements Serializable {
    /// Checks the prefix, and clears the bits behind it.
    ///
    /// @throws IllegalArgumentException if the prefix is negative or longer than the address
    public Subnet {
        byte[] bytes = Objects.requireNonNull(address, "address").getAddress();
        if (prefix < 0 || prefix > bytes.length * Byte.SIZE) {
            throw new IllegalArgumentException(
                    "prefix (%d) of %s must be from 0 to %d"
                            .formatted(prefix, address.getHostAddress(), bytes.length * Byte.SIZE));
        }
        address = masked(bytes, prefix);
    }

    /// {@return the block of that text: an address and, unless it is the only one, `/` and the
    /// length of the prefix}
    ///
    /// @throws IllegalArgumentException if it is none; names are not looked up
    public static Subnet of(String text) {
        int slash = text.indexOf('/');
        InetAddress address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        if (slash < 0) {
            return new Subnet(address, address.getAddress().length * Byte.SIZE);
        }
        try {
            return new Subnet(address, Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException none) {
            throw new IllegalArgumentException(
                    "prefix of %s must be a number".formatted(text), none);
        }
    }

    private static InetAddress masked(byte[] bytes, int prefix) {
        byte[] first = bytes.clone();
        for (int i = 0; i < first.length; i++) {
            int shared = Math.clamp(prefix - i * (long) Byte.SIZE, 0, Byte.SIZE);
            first[i] &= (byte) (0xff << (Byte.SIZE - shared));
        }
        try {
            return InetAddress.getByAddress(first);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// {@return whether one of the blocks has the address}
    static boolean contain(List<Subnet> blocks, InetAddress address) {
        // Asked of each connection: a stream would be made for each.
        for (Subnet block : blocks) {
            if (block.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /// {@return whether the address is one of the block's; those of the other family never are}
    public boolean contains(InetAddress other) {
        byte[] bytes = other.getAddress();
        byte[] first = address.getAddress();
        int whole = prefix / Byte.SIZE;
        if (bytes.length != first.length || !Arrays.equals(bytes, 0, whole, first, 0, whole)) {
            return false;
        }
        int rest = prefix % Byte.SIZE;
        return rest == 0 || (bytes[whole] ^ first[whole]) >> (Byte.SIZE - rest) == 0;
    }

    /// {@return the text that [#of(String)] reads}
    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefix;
    }
}
