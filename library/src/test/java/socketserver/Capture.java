package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The reader of capture files: checks lengths and checksums of every packet.
final class Capture {
    static final int FIN = 1;
    static final int SYN = 2;
    static final int PSH = 8;
    static final int ACK = 16;

    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int MICROS = 1_000_000;

    private final ByteBuffer file;
    private final List<Packet> packets = new ArrayList<>();

    private Capture(byte[] file) {
        this.file = ByteBuffer.wrap(file);
    }

    /// A packet of TCP or UDP.
    ///
    /// @param micros when it was captured, since the epoch
    /// @param flags of TCP; 0 for UDP, as the numbers are
    /// @param cut how many bytes of it the file lacks
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Packet(
            long micros,
            InetSocketAddress from,
            InetSocketAddress to,
            int flags,
            int sequence,
            int acknowledged,
            byte[] payload,
            int cut) {
        /// {@return the number of the byte after it}
        int next() {
            return sequence + payload.length + ((flags & (SYN | FIN)) != 0 ? 1 : 0);
        }
    }

    /// {@return the packets of a file}
    static List<Packet> read(byte[] file) throws UnknownHostException {
        Capture capture = new Capture(file);
        capture.readHeader();
        while (capture.file.hasRemaining()) {
            capture.packets.add(capture.readRecord());
        }
        return capture.packets;
    }

    private void readHeader() {
        assertThat(file.getInt()).as("magic").isEqualTo(0xa1b2c3d4);
        assertThat(file.getShort()).as("major version").isEqualTo((short) 2);
        assertThat(file.getShort()).as("minor version").isEqualTo((short) 4);
        assertThat(file.getLong()).as("zone and accuracy").isZero();
        assertThat(file.getInt()).as("longest").isEqualTo(262_144);
        assertThat(file.getInt()).as("link type").isEqualTo(101);
    }

    private Packet readRecord() throws UnknownHostException {
        long seconds = file.getInt() & 0xffff_ffffL;
        int micros = file.getInt();
        assertThat(micros).isBetween(0, MICROS - 1);
        int length = file.getInt();
        int cut = file.getInt() - length;
        assertThat(cut).isNotNegative();
        ByteBuffer packet = file.slice(file.position(), length);
        file.position(file.position() + length);
        return readIp(packet, seconds * MICROS + micros, cut);
    }

    private static Packet readIp(ByteBuffer packet, long micros, int cut)
            throws UnknownHostException {
        int version = packet.get(0) >> 4;
        assertThat(version).isIn(4, 6);
        boolean isShort = version == 4;
        int header = isShort ? 20 : 40;
        int size = isShort ? 4 : 16;
        if (isShort) {
            assertThat(packet.get(0)).as("length of the header").isEqualTo((byte) 0x45);
            assertThat(packet.getShort(2) & 0xffff).isEqualTo(packet.limit());
            assertThat(sum(packet.slice(0, header))).as("checksum").isEqualTo(0xffff);
        } else {
            assertThat(packet.getShort(4) & 0xffff).isEqualTo(packet.limit() - header);
        }
        int protocol = packet.get(isShort ? 9 : 6);
        ByteBuffer rest = packet.slice(header, packet.limit() - header);
        // The pseudo header before the rest.
        ByteBuffer summed =
                ByteBuffer.allocate(2 * size + 8 + rest.limit())
                        .put(packet.slice(header - 2 * size, 2 * size))
                        .putInt(protocol)
                        .putInt(rest.limit())
                        .put(rest.duplicate())
                        .flip();
        assertThat(sum(summed)).as("checksum").isEqualTo(0xffff);
        InetSocketAddress from = address(packet, header - 2 * size, size, rest.getShort(0));
        InetSocketAddress to = address(packet, header - size, size, rest.getShort(2));
        if (protocol == UDP) {
            assertThat(rest.getShort(4) & 0xffff).isEqualTo(rest.limit());
            assertThat(rest.getShort(6)).as("checksum").isNotZero();
            return new Packet(micros, from, to, 0, 0, 0, bytes(rest, 8), cut);
        }
        assertThat(protocol).isEqualTo(TCP);
        int start = (rest.get(12) >> 4 & 0xf) * 4;
        assertThat(start).isEqualTo((rest.get(13) & SYN) != 0 ? 28 : 20);
        return new Packet(
                micros,
                from,
                to,
                rest.get(13),
                rest.getInt(4),
                rest.getInt(8),
                bytes(rest, start),
                cut);
    }

    private static InetSocketAddress address(ByteBuffer packet, int start, int size, short port)
            throws UnknownHostException {
        byte[] address = new byte[size];
        packet.get(start, address);
        return new InetSocketAddress(InetAddress.getByAddress(address), port & 0xffff);
    }

    private static byte[] bytes(ByteBuffer packet, int start) {
        byte[] bytes = new byte[packet.limit() - start];
        packet.get(start, bytes);
        return bytes;
    }

    /// {@return the sum of 16-bit words in ones' complement}
    private static int sum(ByteBuffer bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.limit(); i++) {
            int each = bytes.get(i) & 0xff;
            sum += i % 2 == 0 ? each << 8 : each;
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return sum;
    }
}
