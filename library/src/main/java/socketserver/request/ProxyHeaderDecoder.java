package socketserver.request;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/// Reads the headers of the PROXY protocol, by the letter of its specification: what it does not
/// allow is refused.
final class ProxyHeaderDecoder implements FrameDecoder<ProxyHeader> {
    static final ProxyHeaderDecoder INSTANCE = new ProxyHeaderDecoder();

    private static final byte[] TEXT = "PROXY ".getBytes(US_ASCII);
    private static final byte[] BINARY = {
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
    };
    // "a 108-byte buffer is always enough to store all the line and a trailing zero"
    private static final int LONGEST_TEXT = 107;
    private static final int FIXED = 16;
    private static final int FIELD_HEAD = 3;
    private static final int LONGEST = FIXED + 0xFFFF;

    private static final String NUMBER = "0|[1-9][0-9]{0,4}";
    private static final String BYTE = "(?:0|[1-9][0-9]{0,2})";
    private static final Pattern KNOWN =
            Pattern.compile(
                    "PROXY (?:TCP4 (?<v4>[0-9.]+) (?<to4>[0-9.]+)|TCP6 (?<v6>[0-9a-fA-F:.]+)"
                            + " (?<to6>[0-9a-fA-F:.]+)) (?<port>%1$s) (?<toport>%1$s)"
                                    .formatted(NUMBER));
    private static final Pattern IPV4 =
            Pattern.compile("%1$s\\.%1$s\\.%1$s\\.%1$s".formatted(BYTE));

    private ProxyHeaderDecoder() {}

    @Override
    public int maximum() {
        return LONGEST;
    }

    @Override
    public @Nullable ProxyHeader decode(ByteBuffer bytes, int seen) throws ProtocolException {
        boolean text = begins(bytes, TEXT);
        if (!text && !begins(bytes, BINARY)) {
            throw new ProtocolException("a PROXY header was to come, and did not");
        }
        if (!bytes.hasRemaining()) {
            return null;
        }
        return text ? text(bytes) : binary(bytes);
    }

    /// {@return whether what is there is the signature, or its beginning}
    private static boolean begins(ByteBuffer bytes, byte[] signature) {
        int length = Math.min(bytes.remaining(), signature.length);
        return bytes.slice(bytes.position(), length).equals(ByteBuffer.wrap(signature, 0, length));
    }

    // Version 1

    private static @Nullable ProxyHeader text(ByteBuffer bytes) throws ProtocolException {
        int begin = bytes.position();
        int most = Math.min(bytes.remaining(), LONGEST_TEXT);
        for (int i = 1; i < most; i++) {
            if (bytes.get(begin + i) == '\n' && bytes.get(begin + i - 1) == '\r') {
                byte[] line = new byte[i - 1];
                bytes.get(line).position(begin + i + 1);
                return text(new String(line, US_ASCII));
            }
        }
        if (most == LONGEST_TEXT) {
            throw new ProtocolException(
                    "PROXY line has more than %d bytes".formatted(LONGEST_TEXT));
        }
        return null;
    }

    private static ProxyHeader text(String line) throws ProtocolException {
        if (line.equals("PROXY UNKNOWN") || line.startsWith("PROXY UNKNOWN ")) {
            return new ProxyHeader(1, null, null, List.of());
        }
        Matcher parts = KNOWN.matcher(line);
        if (!parts.matches()) {
            throw malformed(line);
        }
        boolean four = parts.group("v4") != null;
        return new ProxyHeader(
                1,
                address(line, parts.group(four ? "v4" : "v6"), parts.group("port"), four),
                address(line, parts.group(four ? "to4" : "to6"), parts.group("toport"), four),
                List.of());
    }

    private static SocketAddress address(String line, String host, String port, boolean four)
            throws ProtocolException {
        int number = Integer.parseInt(port);
        // The literals of Java have forms that are none here: 127.1, for instance.
        if (number > 0xFFFF || (four ? !IPV4.matcher(host).matches() : host.indexOf(':') < 0)) {
            throw malformed(line);
        }
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(host), number);
        } catch (IllegalArgumentException none) {
            throw malformed(line);
        }
    }

    private static ProtocolException malformed(String line) {
        return new ProtocolException("PROXY line is malformed: " + Printable.of(line));
    }

    // Version 2

    private static @Nullable ProxyHeader binary(ByteBuffer bytes) throws ProtocolException {
        if (bytes.remaining() > BINARY.length) {
            int versionAndCommand = bytes.get(bytes.position() + BINARY.length);
            if (versionAndCommand != 0x20 && versionAndCommand != 0x21) {
                throw new ProtocolException(
                        "PROXY version and command (0x%02x) must be 0x20 or 0x21"
                                .formatted(versionAndCommand));
            }
        }
        if (bytes.remaining() < FIXED) {
            return null;
        }
        ByteBuffer all = bytes.slice();
        int length = Short.toUnsignedInt(all.getShort(FIXED - 2));
        if (all.remaining() < FIXED + length) {
            return null;
        }
        bytes.position(bytes.position() + FIXED + length);
        all.limit(FIXED + length);
        boolean local = all.get(BINARY.length) == 0x20;
        int family = Byte.toUnsignedInt(all.get(BINARY.length + 1));
        all.position(FIXED);
        return local ? new ProxyHeader(2, null, null, List.of()) : proxied(family, all);
    }

    private static ProxyHeader proxied(int family, ByteBuffer all) throws ProtocolException {
        if ((family & 0x0F) > 2 || family >> 4 > 3) {
            throw new ProtocolException(
                    "PROXY family and protocol (0x%02x) are unknown".formatted(family));
        }
        int length =
                switch (family >> 4) {
                    case 1 -> 4;
                    case 2 -> 16;
                    case 3 -> 108;
                    default -> 0;
                };
        if (length == 0 || (family & 0x0F) == 0) {
            // Whoever does not know the family does not know where the fields begin.
            return new ProxyHeader(2, null, null, List.of());
        }
        boolean unix = length == 108;
        if (all.remaining() < 2 * length + (unix ? 0 : 4)) {
            throw new ProtocolException(
                    "PROXY header of family 0x%02x has %d bytes, too few for its addresses"
                            .formatted(family, all.remaining()));
        }
        byte[] from = new byte[length];
        byte[] to = new byte[length];
        all.get(from).get(to);
        SocketAddress source = unix ? unix(from) : internet(from, all.getShort());
        SocketAddress destination = unix ? unix(to) : internet(to, all.getShort());
        return new ProxyHeader(2, source, destination, fields(all));
    }

    private static SocketAddress internet(byte[] address, short port) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(address), Short.toUnsignedInt(port));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static SocketAddress unix(byte[] path) {
        int name = path[0] == 0 ? 1 : 0;
        int end = name;
        while (end < path.length && path[end] != 0) {
            end++;
        }
        byte[] bytes = Arrays.copyOfRange(path, name, end);
        if (bytes.length == 0) {
            return UnixAddress.unnamed();
        }
        return name == 1 ? UnixAddress.abstractName(bytes) : UnixAddress.of(bytes);
    }

    private static List<ProxyHeader.Field> fields(ByteBuffer all) throws ProtocolException {
        List<ProxyHeader.Field> fields = new ArrayList<>();
        while (all.hasRemaining()) {
            if (all.remaining() < FIELD_HEAD) {
                throw tooLong();
            }
            int type = Byte.toUnsignedInt(all.get());
            int length = Short.toUnsignedInt(all.getShort());
            if (all.remaining() < length) {
                throw tooLong();
            }
            if (type == ProxyHeader.CRC32C) {
                check(all, all.position(), length);
            }
            byte[] value = new byte[length];
            all.get(value);
            fields.add(new ProxyHeader.Field(type, value));
        }
        return fields;
    }

    private static ProtocolException tooLong() {
        return new ProtocolException("PROXY field is longer than its header");
    }

    /// Checks the sum of the header, which is made with zeros in its own place.
    private static void check(ByteBuffer all, int at, int length) throws ProtocolException {
        if (length != Integer.BYTES) {
            throw new ProtocolException(
                    "PROXY checksum has %d bytes, not %d".formatted(length, Integer.BYTES));
        }
        CRC32C sum = new CRC32C();
        sum.update(all.slice(0, at));
        sum.update(new byte[Integer.BYTES]);
        sum.update(all.slice(at + length, all.limit() - at - length));
        int said = all.getInt(at);
        if ((int) sum.getValue() != said) {
            throw new ProtocolException(
                    "PROXY checksum is 0x%08x, not 0x%08x".formatted(sum.getValue(), said));
        }
    }
}
