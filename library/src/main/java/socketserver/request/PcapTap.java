package socketserver.request;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

/// A tap that writes a capture file, which Wireshark, `tshark` and `tcpdump` read.
///
/// ```
/// tcpdump -r clients.pcap -A
/// tshark -r clients.pcap -z follow,tcp,ascii,0
/// ```
///
/// It may be on many requests; all go to the one file. What it is told is there when it has been
/// told, so that the file can be read while it grows.
///
/// It sees bytes, not the packets that have carried them, so it makes these up: a connection begins
/// with a handshake when the first bytes are seen, its sequence numbers count the bytes that were
/// seen, and either end is a `FIN`, also where the kernel has sent a reset. A part of more than
/// 65,495 bytes becomes several segments. Unix sockets are shown as 127.0.0.1 with ports that are
/// made up, too: 65535 is the server's, and each request has one of its own. Their packets are cut
/// to what UDP can carry.
///
/// The file is of the classic format with times in microseconds, and of the link type `RAW`, 101:
/// each of its records is an IP packet.
public final class PcapTap implements WireTap, AutoCloseable {
    private static final int MAGIC = 0xa1b2c3d4;
    private static final int VERSION = 0x0002_0004;
    private static final int LONGEST_RECORD = 262_144;
    private static final int LINKTYPE_RAW = 101;
    private static final int RECORD_HEADER = 16;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    // With each request, so that it is gone when the request is.
    private final Attribute<PcapFlow> flows = Attribute.named("flow of a capture file");
    // Nobody waits for a turn while holding it, so that one may wait for it while having a turn.
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock, as is what the attribute refers to.
    private final OutputStream out;
    private final ByteBuffer record = ByteBuffer.allocate(RECORD_HEADER + IpPacket.LONGEST);
    private boolean closed;

    /// Begins to write a capture file to a stream, into a program that reads it, say.
    ///
    /// A stream that waits keeps the server waiting.
    ///
    /// @throws IOException if its header could not be written
    public PcapTap(OutputStream out) throws IOException {
        this.out = out;
        record.putInt(MAGIC).putInt(VERSION).putInt(0).putInt(0);
        record.putInt(LONGEST_RECORD).putInt(LINKTYPE_RAW);
        write();
    }

    /// {@return a tap that writes to that file, in place of what was in it}
    ///
    /// @throws IOException if it could not be opened
    public static PcapTap open(Path file) throws IOException {
        // Not a channel, which the interrupt of one handler would close for all.
        OutputStream opened = new FileOutputStream(file.toFile());
        try {
            return new PcapTap(opened);
        } catch (Throwable thrown) {
            opened.close();
            throw thrown;
        }
    }

    @Override
    public void received(Request request, ByteBuffer bytes) throws IOException {
        add(request, flow -> put(request, flow.client, flow.server, bytes));
    }

    @Override
    public void sent(Request request, ByteBuffer bytes) throws IOException {
        add(request, flow -> put(request, flow.server, flow.client, bytes));
    }

    @Override
    public void receivedEnd(StreamRequest request) throws IOException {
        add(request, flow -> putEnd(flow.client, flow.server));
    }

    @Override
    public void sentEnd(StreamRequest request) throws IOException {
        add(request, flow -> putEnd(flow.server, flow.client));
    }

    /// Ends the file. Requests that the tap is still on go on, and are seen no more.
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closed = true;
            out.close();
        } finally {
            lock.unlock();
        }
    }

    /// What adds records.
    private interface Adding {
        void to(PcapFlow flow) throws IOException;
    }

    private void add(Request request, Adding adding) throws IOException {
        lock.lock();
        try {
            if (!closed) {
                adding.to(flow(request));
            }
        } catch (IOException thrown) {
            // What follows a record that is there in part cannot be read.
            closed = true;
            try (out) {
                throw thrown;
            }
        } finally {
            lock.unlock();
        }
    }

    private PcapFlow flow(Request request) throws IOException {
        PcapFlow known = request.attribute(flows);
        if (known != null) {
            return known;
        }
        PcapFlow flow = PcapFlow.of(request);
        request.attribute(flows, flow);
        if (request instanceof StreamRequest) {
            putTcp(flow.client, flow.server, IpPacket.SYN, NOTHING);
            putTcp(flow.server, flow.client, IpPacket.SYN | IpPacket.ACK, NOTHING);
            putTcp(flow.client, flow.server, IpPacket.ACK, NOTHING);
        }
        return flow;
    }

    private void put(Request request, PcapFlow.End from, PcapFlow.End to, ByteBuffer bytes)
            throws IOException {
        if (!(request instanceof StreamRequest)) {
            int longest = IpPacket.longestDatagram(to);
            int cut = Math.max(0, bytes.remaining() - longest);
            begin();
            IpPacket.putUdp(record, from, to, bytes.limit(bytes.limit() - cut));
            end(cut);
            return;
        }
        int limit = bytes.limit();
        while (bytes.position() < limit) {
            bytes.limit(Math.min(limit, bytes.position() + IpPacket.LONGEST_SEGMENT));
            int count = bytes.remaining();
            putTcp(from, to, IpPacket.PSH | IpPacket.ACK, bytes);
            from.next += count;
        }
    }

    private void putEnd(PcapFlow.End from, PcapFlow.End to) throws IOException {
        putTcp(from, to, IpPacket.FIN | IpPacket.ACK, NOTHING);
        from.next++;
    }

    private void putTcp(PcapFlow.End from, PcapFlow.End to, int flags, ByteBuffer bytes)
            throws IOException {
        begin();
        IpPacket.putTcp(record, from, to, flags, bytes);
        end(0);
    }

    private void begin() {
        Instant now = Instant.now();
        record.putInt((int) now.getEpochSecond()).putInt(now.getNano() / 1000).putLong(0);
    }

    /// Writes the record.
    ///
    /// @param cut how many bytes of the packet it lacks
    private void end(int cut) throws IOException {
        int length = record.position() - RECORD_HEADER;
        record.putInt(8, length).putInt(12, length + cut);
        write();
    }

    private void write() throws IOException {
        out.write(record.array(), 0, record.position());
        out.flush();
        record.clear();
    }
}
