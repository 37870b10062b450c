import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;

import socketserver.TcpServer;
import socketserver.UdpServer;
import socketserver.concurrency.ConcurrencyModel;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

@Timeout(60)
@ParameterizedClass
@FieldSource("MODELS")
class DnsResponderTest {
    static final List<ConcurrencyModel> MODELS =
            List.of(ConcurrencyModel.threading(), ConcurrencyModel.selector());

    @Parameter ConcurrencyModel model;
    private static final int A = 1;
    private static final int TXT = 16;
    private static final int AAAA = 28;

    private UdpServer udp;
    private TcpServer tcp;

    @BeforeEach
    void open() throws IOException {
        udp = DnsResponder.openUdp(0, model);
        udp.start();
        tcp = DnsResponder.openTcp(0, model);
        tcp.start();
    }

    @AfterEach
    void close() {
        tcp.close();
        udp.close();
    }

    /// {@return a query that asks for the records of that type}
    static byte[] query(int id, String name, int type) {
        ByteBuffer query = ByteBuffer.allocate(500);
        query.putShort((short) id).put((byte) 1).put((byte) 0);
        query.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) 0);
        for (String label : name.split("\\.", -1)) {
            query.put((byte) label.length()).put(label.getBytes(ISO_8859_1));
        }
        query.put((byte) 0).putShort((short) type).putShort((short) 1);
        return Arrays.copyOf(query.array(), query.position());
    }

    /// {@return the query with the extension of that version and that size of packets}
    private static byte[] extended(byte[] query, int size, int version) {
        ByteBuffer extended = ByteBuffer.allocate(query.length + 11).put(query);
        extended.put((byte) 0).putShort((short) 41).putShort((short) size);
        extended.putInt(version << 16).putShort((short) 0);
        return extended.putShort(10, (short) 1).array();
    }

    static void send(InetSocketAddress server, byte[] packet) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(packet, packet.length, server));
        }
    }

    /// {@return the first answer to the messages}
    static byte[] askByUdp(InetSocketAddress server, byte[]... messages) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(20_000);
            for (byte[] message : messages) {
                socket.send(new DatagramPacket(message, message.length, server));
            }
            var answer = new DatagramPacket(new byte[65535], 65535);
            socket.receive(answer);
            return Arrays.copyOf(answer.getData(), answer.getLength());
        }
    }

    /// {@return the last answer to the messages, which are sent in one piece}
    static byte[] askByTcp(InetSocketAddress server, byte[]... messages) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(10_000);
        for (byte[] message : messages) {
            all.putShort((short) message.length).put(message);
        }
        try (var client = new Client(server)) {
            client.send(Arrays.copyOf(all.array(), all.position()));
            byte[] answer = {};
            for (int i = 0; i < messages.length; i++) {
                int length = ByteBuffer.wrap(client.bytes(2)).getShort() & 0xffff;
                answer = client.bytes(length);
            }
            return answer;
        }
    }

    private static int id(byte[] answer) {
        return ByteBuffer.wrap(answer).getShort() & 0xffff;
    }

    private static int code(byte[] answer) {
        return answer[3] & 0xf;
    }

    private static int answers(byte[] answer) {
        return ByteBuffer.wrap(answer).getShort(6);
    }

    private static boolean truncated(byte[] answer) {
        return (answer[2] & 2) != 0;
    }

    @Test
    void answersWithTheRecordsOfTheType() throws IOException {
        byte[] answer = askByUdp(udp.address(), query(7, "WWW.example.TEST", A));

        assertThat(id(answer)).isEqualTo(7);
        assertThat(code(answer)).isZero();
        assertThat(answers(answer)).isEqualTo(1);
        assertThat(answer).endsWith(0xc0, 12, 0, A, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 80);
        assertThat(askByUdp(udp.address(), query(7, "www.example.test", AAAA)))
                .endsWith(0, 0, 0x80);
        assertThat(answers(askByUdp(udp.address(), query(7, "www.example.test", TXT)))).isZero();
    }

    @Test
    void saysThatANameIsUnknown() throws IOException {
        byte[] answer = askByUdp(udp.address(), query(7, "nobody.test", A));

        assertThat(code(answer)).isEqualTo(3);
        assertThat(answers(answer)).isZero();
    }

    @Test
    void answersSeveralQueriesOfAConnection() throws IOException {
        byte[] answer =
                askByTcp(
                        tcp.address(),
                        query(1, "example.test", A),
                        query(2, "nobody.test", A),
                        query(3, "www.example.test", A));

        assertThat(id(answer)).isEqualTo(3);
        assertThat(answer).endsWith(192, 0, 2, 80);
    }

    @Test
    void cutsWhatNoPacketHoldsAndSaysItWholeByTcp() throws IOException {
        byte[] query = query(7, "long.example.test", TXT);

        assertThat(truncated(askByUdp(udp.address(), query))).isTrue();
        assertThat(answers(askByTcp(tcp.address(), query))).isEqualTo(3);
        assertThat(answers(askByUdp(udp.address(), extended(query, 1232, 0)))).isEqualTo(3);
        assertThat(truncated(askByUdp(udp.address(), extended(query, 600, 0)))).isTrue();
    }

    @Test
    void refusesAnExtensionThatItDoesNotKnow() throws IOException {
        byte[] answer = askByUdp(udp.address(), extended(query(7, "example.test", A), 1232, 1));

        assertThat(code(answer)).isZero();
        assertThat(answer).endsWith(0, 41, 0x04, 0xd0, 1, 0, 0, 0, 0, 0);
    }

    @Test
    void answersGarbageWithAFormatError() throws IOException {
        byte[] cut = Arrays.copyOf(query(7, "example.test", A), 20);
        byte[] pointer = query(7, "example.test", A);
        pointer[12] = (byte) 0xc0;
        byte[] longName = query(7, "a.".repeat(140) + "b", A);

        for (byte[] garbage : new byte[][] {cut, pointer, longName}) {
            byte[] answer = askByUdp(udp.address(), garbage);
            assertThat(answer).hasSize(12).startsWith(0, 7);
            assertThat(code(answer)).isEqualTo(1);
        }
    }

    @Test
    void doesNotAnswerAnswersNorScraps() throws IOException {
        byte[] reply = query(1, "example.test", A);
        reply[2] |= (byte) 0x80;
        byte[] query = query(2, "example.test", A);

        assertThat(id(askByUdp(udp.address(), new byte[0], new byte[11], reply, query)))
                .isEqualTo(2);
    }

    @Test
    void digUnderstandsItByUdpAndTcp() throws Exception {
        Stranger dig = Stranger.named("dig");
        String udpPort = Integer.toString(udp.address().getPort());
        String tcpPort = Integer.toString(tcp.address().getPort());

        assertThat(dig.run("@127.0.0.1", "-p", udpPort, "www.example.test", "AAAA", "+short"))
                .isEqualTo("2001:db8::80\n");
        assertThat(dig.run("@127.0.0.1", "-p", udpPort, "example.test", "TXT", "+short"))
                .isEqualTo("\"a name server in Java\"\n");
        assertThat(dig.run("@127.0.0.1", "-p", tcpPort, "+tcp", "www.example.test", "+short"))
                .isEqualTo("192.0.2.80\n");
        assertThat(dig.run("@127.0.0.1", "-p", udpPort, "nobody.test"))
                .contains("status: NXDOMAIN", "EDNS: version: 0")
                .doesNotContain("Warning", "malformed");
    }
}
