package socketserver.request;

import java.nio.ByteBuffer;

/// How an IP packet looks that has carried given bytes: with the headers of IPv4 (RFC 791) or IPv6
/// (RFC 8200) and of TCP (RFC 9293) or UDP (RFC 768).
final class IpPacket {
    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int PSH = 0x08;
    static final int ACK = 0x10;

    /// How many bytes of a stream fit in one, whatever the version of IP: 65,535 with the headers
    /// of IPv4 and TCP.
    static final int LONGEST_SEGMENT = 65_495;

    /// How many bytes the longest has.
    static final int LONGEST = 40 + 65_535;

    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int TCP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int HOPS = 64;
    private static final short DO_NOT_FRAGMENT = 0x4000;
    private static final short WINDOW = (short) 0xffff;
    // How long segments may be, and that a window counts 16 KiB (RFC 7323): what one side sends
    // while
    // the other is silent is acknowledged by nobody, and has to be within it.
    private static final long OPTIONS = 0x0204_ffd7_0103_030eL;

    private IpPacket() {}

    /// {@return how many bytes a packet of UDP can carry there}
    static int longestDatagram(PcapFlow.End to) {
        return (isShort(to) ? 65_515 : 65_535) - UDP_HEADER;
    }

    private static boolean isShort(PcapFlow.End end) {
        return end.address.length == 4;
    }

    /// Puts a segment of TCP, with all that the payload has left.
    static void putTcp(
            ByteBuffer out, PcapFlow.End from, PcapFlow.End to, int flags, ByteBuffer payload) {
        boolean first = (flags & SYN) != 0;
        int header = first ? TCP_HEADER + Long.BYTES : TCP_HEADER;
        int sum = putIp(out, TCP, from, to, header + payload.remaining());
        int start = out.position();
        putPorts(out, from, to);
        out.putInt(first ? 0 : from.next);
        out.putInt((flags & ACK) == 0 ? 0 : to.next);
        out.put((byte) ((header / Integer.BYTES) << 4)).put((byte) flags).putShort(WINDOW);
        out.putShort((short) 0).putShort((short) 0);
        if (first) {
            out.putLong(OPTIONS);
        }
        out.put(payload);
        out.putShort(start + 16, checksum(out, start, sum));
    }

    /// Puts a packet of UDP, with all that the payload has left.
    static void putUdp(ByteBuffer out, PcapFlow.End from, PcapFlow.End to, ByteBuffer payload) {
        int length = UDP_HEADER + payload.remaining();
        int sum = putIp(out, UDP, from, to, length);
        int start = out.position();
        putPorts(out, from, to);
        out.putShort((short) length).putShort((short) 0);
        out.put(payload);
        short checksum = checksum(out, start, sum);
        // 0 would say that there is none.
        out.putShort(start + 6, checksum == 0 ? (short) 0xffff : checksum);
    }

    private static void putPorts(ByteBuffer out, PcapFlow.End from, PcapFlow.End to) {
        out.putShort((short) from.port).putShort((short) to.port);
    }

    /// {@return the sum of the pseudo header, which the checksum of what follows begins with}
    private static int putIp(
            ByteBuffer out, int protocol, PcapFlow.End from, PcapFlow.End to, int length) {
        int start = out.position();
        if (isShort(from)) {
            out.putShort((short) 0x4500).putShort((short) (20 + length));
            out.putShort((short) 0).putShort(DO_NOT_FRAGMENT);
            out.put((byte) HOPS).put((byte) protocol).putShort((short) 0);
        } else {
            out.putInt(0x6000_0000).putShort((short) length);
            out.put((byte) protocol).put((byte) HOPS);
        }
        int addresses = out.position();
        out.put(from.address).put(to.address);
        if (isShort(from)) {
            out.putShort(start + 10, checksum(out, start, 0));
        }
        return sum(out, addresses) + protocol + length;
    }

    /// {@return the checksum of all from there on (RFC 1071)}
    private static short checksum(ByteBuffer bytes, int start, int before) {
        int sum = sum(bytes, start) + before;
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        return (short) ~sum;
    }

    /// {@return the sum of all words from there on, an unsigned number: of the longest packet it
    /// fits}
    private static int sum(ByteBuffer bytes, int start) {
        int end = bytes.position();
        int sum = 0;
        for (int i = start; i + 1 < end; i += 2) {
            sum += bytes.getShort(i) & 0xffff;
        }
        return (end - start) % 2 == 0 ? sum : sum + ((bytes.get(end - 1) & 0xff) << 8);
    }
}
