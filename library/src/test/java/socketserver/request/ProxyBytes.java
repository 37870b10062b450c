package socketserver.request;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Headers of the PROXY protocol, as a proxy writes them.
public final class ProxyBytes {
    /// The command of a proxy that connects for a client.
    public static final int PROXY = 0x21;

    /// The command of a proxy that connects for itself.
    public static final int LOCAL = 0x20;

    private static final byte[] SIGNATURE = {
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
    };
    private static final int CHECKSUM_FIELD = 7;

    private ProxyBytes() {}

    /// {@return a line of version 1}
    public static byte[] text(String line) {
        return (line + "\r\n").getBytes(US_ASCII);
    }

    /// {@return a header of version 2}
    ///
    /// @param family the byte of family and protocol
    public static byte[] binary(int command, int family, byte[]... parts) {
        byte[] rest = joined(parts);
        return ByteBuffer.allocate(16 + rest.length)
                .put(SIGNATURE)
                .put((byte) command)
                .put((byte) family)
                .putShort((short) rest.length)
                .put(rest)
                .array();
    }

    /// {@return a header of version 2 for a TCP client, with those fields}
    public static byte[] tcp(InetSocketAddress client, InetSocketAddress asked, byte[]... fields) {
        byte[] from = client.getAddress().getAddress();
        byte[] addresses =
                ByteBuffer.allocate(2 * from.length + 4)
                        .put(from)
                        .put(asked.getAddress().getAddress())
                        .putShort((short) client.getPort())
                        .putShort((short) asked.getPort())
                        .array();
        return binary(PROXY, from.length == 4 ? 0x11 : 0x21, addresses, joined(fields));
    }

    /// {@return two addresses of Unix sockets, as a header has them}
    public static byte[] unix(byte[] from, byte[] to) {
        return ByteBuffer.allocate(216).put(0, from).put(108, to).array();
    }

    /// {@return a field}
    public static byte[] field(int type, byte... value) {
        return ByteBuffer.allocate(3 + value.length)
                .put((byte) type)
                .putShort((short) value.length)
                .put(value)
                .array();
    }

    /// {@return the header with its checksum behind}
    public static byte[] summed(byte[] header) {
        byte[] all =
                ByteBuffer.allocate(header.length + CHECKSUM_FIELD)
                        .put(header)
                        .put(field(ProxyHeader.CRC32C, (byte) 0, (byte) 0, (byte) 0, (byte) 0))
                        .putShort(14, (short) (header.length - 16 + CHECKSUM_FIELD))
                        .array();
        CRC32C sum = new CRC32C();
        sum.update(all);
        return ByteBuffer.wrap(all).putInt(header.length + 3, (int) sum.getValue()).array();
    }

    /// {@return the parts, one after the other}
    public static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
