import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import socketserver.SocketServer;
import socketserver.TcpServer;
import socketserver.UdpServer;
import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.StreamRequest;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/// A name server that answers for a small table, over UDP and TCP (RFC 1035).
///
/// ```
/// java -cp socketserver.jar DnsResponder.java 5353
/// dig @127.0.0.1 -p 5353 www.example.test A
/// ```
final class DnsResponder {
    /// A record of the table: the number of its type, and its data as they are sent.
    private static final class Resource {
        private final int type;
        private final byte[] data;

        Resource(int type, byte[] data) {
            this.type = type;
            this.data = data;
        }
    }

    private static final Map<String, List<Resource>> TABLE =
            Map.of(
                    "example.test",
                    List.of(address("192.0.2.1"), text("a name server in Java")),
                    "www.example.test",
                    List.of(address("192.0.2.80"), address("2001:db8::80")),
                    "long.example.test",
                    List.of(text("a".repeat(250)), text("b".repeat(250)), text("c".repeat(250))));

    private static final int HEADER = 12;

    // A reference to the name at byte 12, where the question is.
    private static final int QUESTIONS_NAME = 0xc000 | HEADER;
    private static final int TIME_TO_LIVE = 60;
    private static final int LARGEST_BY_TCP = 0xffff;
    private static final int LARGEST_BY_UDP = 512;

    // What reaches everybody without being fragmented.
    private static final int LARGEST_BY_EDNS = 1232;

    private static final int TYPE_A = 1;
    private static final int TYPE_TXT = 16;
    private static final int TYPE_AAAA = 28;
    private static final int TYPE_OPT = 41;
    private static final int TYPE_ANY = 255;
    private static final int CLASS_IN = 1;

    private static final int NO_ERROR = 0;
    private static final int FORMAT_ERROR = 1;
    private static final int NAME_ERROR = 3;
    private static final int NOT_IMPLEMENTED = 4;
    private static final int REFUSED = 5;
    private static final int BAD_VERSION = 16;

    private DnsResponder() {}

    public static void main(String... args) throws IOException {
        int port = args.length == 0 ? 5353 : Integer.parseInt(args[0]);
        try (var tcp = openTcp(port);
                var udp = openUdp(tcp.address().getPort())) {
            IO.println("listening on " + tcp.address() + ", by TCP and UDP");
            tcp.start();
            udp.serveForever();
        }
    }

    /// {@return a server of packets on that port of this machine, 0 for any}
    static UdpServer openUdp(int port) throws IOException {
        // One after the other on the serving thread: an answer is made in microseconds and waits
        // for nothing.
        return openUdp(port, ConcurrencyModel.synchronous());
    }

    /// {@return one of that model}
    static UdpServer openUdp(int port, ConcurrencyModel model) throws IOException {
        return SocketServer.udp(new InetSocketAddress("localhost", port))
                .model(model)
                .open(
                        request -> {
                            byte[] reply = answer(request.packet(), LARGEST_BY_UDP);
                            if (reply.length > 0) {
                                request.reply(reply);
                            }
                        });
    }

    /// {@return a server of connections on that port of this machine, 0 for any}
    static TcpServer openTcp(int port) throws IOException {
        return openTcp(port, ConcurrencyModel.threading());
    }

    /// {@return one of that model}
    static TcpServer openTcp(int port, ConcurrencyModel model) throws IOException {
        return SocketServer.tcp(new InetSocketAddress("localhost", port))
                .model(model)
                .readTimeout(Duration.ofSeconds(10))
                .writeTimeout(Duration.ofSeconds(10))
                .open(DnsResponder::answerAll);
    }

    /// Answers the queries of a connection: each is preceded by its length in two bytes.
    private static void answerAll(StreamRequest request) throws IOException {
        var input = new DataInputStream(request.input());
        for (int high; (high = input.read()) >= 0; ) {
            byte[] message = new byte[(high << 8) | input.readUnsignedByte()];
            input.readFully(message);
            byte[] reply = answer(message, LARGEST_BY_TCP);
            if (reply.length == 0) {
                return;
            }
            ByteBuffer framed = ByteBuffer.allocate(2 + reply.length);
            request.write(framed.putShort((short) reply.length).put(reply).flip());
        }
    }

    /// {@return the reply to a message; empty if that is too short, or a reply itself: two servers
    /// would answer each other for ever}
    private static byte[] answer(byte[] message, int largest) throws IOException {
        if (message.length < HEADER || message[2] < 0) {
            return new byte[0];
        }
        if (((message[2] >> 3) & 0xf) != 0) {
            return reply(message, Query.NONE, NOT_IMPLEMENTED, List.of(), false);
        }
        Query query;
        try {
            query = Query.of(ByteBuffer.wrap(message));
        } catch (BufferUnderflowException | ProtocolException malformed) {
            return reply(message, Query.NONE, FORMAT_ERROR, List.of(), false);
        }
        return answer(message, query, largest);
    }

    private static byte[] answer(byte[] message, Query query, int largest) throws IOException {
        List<Resource> known = TABLE.get(query.name);
        List<Resource> asked = List.of();
        int code;
        if (query.ednsVersion > 0) {
            code = BAD_VERSION;
        } else if (query.dnsClass != CLASS_IN) {
            code = REFUSED;
        } else if (known == null) {
            code = NAME_ERROR;
        } else {
            code = NO_ERROR;
            asked = known.stream().filter(query::asksFor).toList();
        }
        byte[] reply = reply(message, query, code, asked, false);
        int most = largest == LARGEST_BY_UDP ? query.largestByUdp : largest;
        return reply.length <= most ? reply : reply(message, query, code, List.of(), true);
    }

    /// What a message asks.
    ///
    /// @param end where the question ends in the message
    /// @param ednsVersion of the extension (RFC 6891), or -1 if the client does not use it
    private record Query(
            String name, int type, int dnsClass, int end, int largestByUdp, int ednsVersion) {
        static final Query NONE = new Query("", 0, 0, HEADER, LARGEST_BY_UDP, -1);

        /// Reads a message with one question.
        ///
        /// @throws BufferUnderflowException if the message ends early
        static Query of(ByteBuffer message) throws ProtocolException {
            if (message.getShort(4) != 1 || message.getShort(6) != 0 || message.getShort(8) != 0) {
                throw new ProtocolException("a query has one question and no answers");
            }
            String name = name(message.position(HEADER));
            int type = message.getShort() & 0xffff;
            int dnsClass = message.getShort() & 0xffff;
            int end = message.position();
            int largestByUdp = LARGEST_BY_UDP;
            int ednsVersion = -1;
            for (int left = message.getShort(10) & 0xffff; left > 0; left--) {
                name(message);
                int extra = message.getShort() & 0xffff;
                int size = message.getShort() & 0xffff;
                int flags = message.getInt();
                message.get(new byte[message.getShort() & 0xffff]);
                if (extra == TYPE_OPT) {
                    largestByUdp = Math.clamp(size, LARGEST_BY_UDP, LARGEST_BY_EDNS);
                    ednsVersion = (flags >> 16) & 0xff;
                }
            }
            return new Query(name, type, dnsClass, end, largestByUdp, ednsVersion);
        }

        /// Reads a name that is written out: a query is too short for references.
        private static String name(ByteBuffer message) throws ProtocolException {
            var labels = new StringJoiner(".");
            int start = message.position();
            for (int length; (length = message.get() & 0xff) > 0; ) {
                if (length > 63 || message.position() + length - start > 254) {
                    throw new ProtocolException("a label has 63 bytes at most, a name 255");
                }
                byte[] label = new byte[length];
                message.get(label);
                labels.add(new String(label, ISO_8859_1).replace(".", "\\."));
            }
            return labels.toString().toLowerCase(Locale.ROOT);
        }

        boolean asksFor(Resource resource) {
            return type == resource.type || type == TYPE_ANY;
        }
    }

    private static byte[] reply(
            byte[] message, Query query, int code, List<Resource> resources, boolean truncated)
            throws IOException {
        boolean authoritative = code == NO_ERROR || code == NAME_ERROR;
        boolean edns = query.ednsVersion >= 0;
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.write(message, 0, 2);
        // The opcode and "recursion desired" come back as they were.
        out.write(0x80 | (message[2] & 0x79) | (authoritative ? 4 : 0) | (truncated ? 2 : 0));
        out.write(code & 0xf);
        out.writeShort(query.end > HEADER ? 1 : 0);
        out.writeShort(resources.size());
        out.writeShort(0);
        out.writeShort(edns ? 1 : 0);
        out.write(message, HEADER, query.end - HEADER);
        for (Resource resource : resources) {
            out.writeShort(QUESTIONS_NAME);
            out.writeShort(resource.type);
            out.writeShort(CLASS_IN);
            out.writeInt(TIME_TO_LIVE);
            out.writeShort(resource.data.length);
            out.write(resource.data);
        }
        if (edns) {
            out.write(0);
            out.writeShort(TYPE_OPT);
            out.writeShort(LARGEST_BY_EDNS);
            out.writeInt((code >> 4) << 24);
            out.writeShort(0);
        }
        return bytes.toByteArray();
    }

    private static Resource address(String address) {
        byte[] data = InetAddress.ofLiteral(address).getAddress();
        return new Resource(data.length == 4 ? TYPE_A : TYPE_AAAA, data);
    }

    /// {@return a record of text, up to 255 bytes long}
    private static Resource text(String text) {
        byte[] data = text.getBytes(UTF_8);
        ByteBuffer counted = ByteBuffer.allocate(1 + data.length);
        return new Resource(TYPE_TXT, counted.put((byte) data.length).put(data).array());
    }
}
