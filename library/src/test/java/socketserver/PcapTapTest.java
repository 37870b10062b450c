package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.Patience.eventually;
import static socketserver.Patience.together;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import socketserver.request.DatagramRequest;
import socketserver.request.PcapTap;
import socketserver.request.Request;
import socketserver.request.Server;
import socketserver.request.WireTap;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Capture files, read again here and by others.
@Timeout(20)
@ExtendWith(LeavesNothingBehind.class)
class PcapTapTest {
    private static final long MICROS = 1_000_000;

    @TempDir Path folder;

    private Path file() {
        return folder.resolve("capture.pcap");
    }

    private List<Capture.Packet> captured() throws IOException {
        return Capture.read(Files.readAllBytes(file()));
    }

    private static Variant variant(Family family) {
        return new Variant("linux", family, Model.THREADING);
    }

    /// {@return an echo whose requests are seen}
    private static Serving serveSeen(Family family, WireTap tap) throws IOException {
        return variant(family)
                .serve(
                        request -> {
                            request.tap(tap);
                            Variant.echo(request);
                        });
    }

    /// Asks, and waits until the requests have ended.
    ///
    /// @return the address of the client
    private static SocketAddress askSeen(Serving serving, String... messages) throws IOException {
        SocketAddress address;
        try (var client = serving.client()) {
            for (String message : messages) {
                assertThat(client.ask(message)).isEqualTo(message);
            }
            address = client.address();
        }
        eventually(() -> assertThat(serving.server().requests()).isEmpty());
        return address;
    }

    private static @Nullable InetSocketAddress internet(SocketAddress address) {
        return address instanceof InetSocketAddress internet ? internet : null;
    }

    private static InetSocketAddress at(String literal, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    }

    private static String text(List<Capture.Packet> packets, InetSocketAddress from) {
        var text = new ByteArrayOutputStream();
        packets.stream()
                .filter(packet -> packet.from().equals(from))
                .forEach(packet -> text.writeBytes(packet.payload()));
        return text.toString(US_ASCII);
    }

    /// Checks that the packets of one connection follow each other.
    private static void assertFollow(List<Capture.Packet> packets) {
        assertThat(packets.subList(0, 3))
                .extracting(Capture.Packet::flags)
                .containsExactly(Capture.SYN, Capture.SYN | Capture.ACK, Capture.ACK);
        InetSocketAddress client = packets.getFirst().from();
        InetSocketAddress server = packets.getFirst().to();
        int clients = 0;
        int servers = 0;
        for (Capture.Packet packet : packets) {
            boolean in = packet.from().equals(client);
            assertThat(packet.from()).isEqualTo(in ? client : server);
            assertThat(packet.to()).isEqualTo(in ? server : client);
            assertThat(packet.sequence()).isEqualTo(in ? clients : servers);
            assertThat(packet.acknowledged()).isEqualTo(in ? servers : clients);
            if (in) {
                clients = packet.next();
            } else {
                servers = packet.next();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void showsAConversation(Family family) throws Exception {
        long before = Instant.now().getEpochSecond() * MICROS;
        InetSocketAddress client;
        InetSocketAddress server;
        try (var tap = PcapTap.open(file());
                var serving = serveSeen(family, tap)) {
            client = internet(askSeen(serving, "hello", "odd"));
            InetSocketAddress own = internet(serving.server().address());
            server = own == null ? at("127.0.0.1", 0xffff) : own;
        }
        List<Capture.Packet> packets = captured();
        assertThat(packets)
                .extracting(Capture.Packet::micros)
                .isSorted()
                .allMatch(micros -> micros >= before && micros < before + 60 * MICROS);
        InetSocketAddress shown = packets.getFirst().from();
        assertThat(packets.getFirst().to()).isEqualTo(server);
        if (client == null) {
            assertThat(shown.getAddress()).isEqualTo(server.getAddress());
            assertThat(shown.getPort()).isBetween(1024, 0xfffe);
        } else {
            assertThat(shown).isEqualTo(client);
        }
        if (family.isStream()) {
            assertFollow(packets);
            assertThat(text(packets, shown)).isEqualTo("hello\nodd\n");
            assertThat(text(packets, server)).isEqualTo("hello\nodd\n");
            assertThat(packets)
                    .filteredOn(packet -> (packet.flags() & Capture.FIN) != 0)
                    .hasSize(2);
        } else {
            assertThat(packets)
                    .extracting(packet -> new String(packet.payload(), US_ASCII))
                    // What has gone out is told after the client may have answered it.
                    .containsExactlyInAnyOrder("hello", "hello", "odd", "odd");
            assertThat(packets)
                    .filteredOn(packet -> packet.from().equals(server))
                    .hasSize(2)
                    .extracting(Capture.Packet::to)
                    // Packets of one Unix client are shown as those of several.
                    .isSubsetOf(packets.stream().map(Capture.Packet::from).toList())
                    .contains(shown);
        }
    }

    /// Has a client send and get that, each in one part, and the end.
    private static void exchange(byte[] bytes, WireTap tap) throws IOException {
        MemoryRequest request = MemoryRequest.of(bytes);
        request.tap(tap);
        request.read(ByteBuffer.allocate(bytes.length));
        request.write(ByteBuffer.wrap(bytes));
        request.shutdownOutput();
    }

    @Test
    void cutsWhatIsLongerThanASegment() throws IOException {
        byte[] much = new byte[200_000];
        new Random(1).nextBytes(much);
        try (var tap = PcapTap.open(file())) {
            exchange(much, tap);
        }
        List<Capture.Packet> packets = captured();
        assertFollow(packets);
        assertThat(packets)
                .extracting(packet -> packet.payload().length)
                .containsExactly(
                        0, 0, 0, 65_495, 65_495, 65_495, 3515, 65_495, 65_495, 65_495, 3515, 0);
        var sent = new ByteArrayOutputStream();
        packets.subList(7, 11).forEach(packet -> sent.writeBytes(packet.payload()));
        assertThat(sent.toByteArray()).isEqualTo(much);
    }

    @Test
    void cutsAPacketThatUdpCannotCarry() throws Exception {
        try (var tap = PcapTap.open(file());
                var serving =
                        variant(Family.UNIX_DATAGRAM)
                                .servePackets(
                                        request -> {
                                            request.tap(tap);
                                            request.reply(new byte[100_000]);
                                        });
                var client = serving.packetClient()) {
            client.send("hello");
            assertThat(client.receivePacket()).isNotEmpty();
        }
        List<Capture.Packet> packets = captured();
        assertThat(packets)
                .extracting(packet -> packet.payload().length)
                .containsExactly(5, 65_507);
        assertThat(packets).extracting(Capture.Packet::cut).containsExactly(0, 34_493);
    }

    @Test
    void keepsManyRequestsApart() throws Exception {
        int clients = 20;
        try (var tap = PcapTap.open(file());
                var serving = serveSeen(Family.TCP_IPV4, tap)) {
            together(
                    clients,
                    number -> {
                        try (var client = serving.client()) {
                            for (int i = 0; i < 50; i++) {
                                client.ask(number + " says " + i);
                            }
                            return client;
                        }
                    });
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
        }
        List<Capture.Packet> packets = captured();
        InetSocketAddress server = packets.getFirst().to();
        Set<InetSocketAddress> shown = new HashSet<>();
        packets.forEach(packet -> shown.add(packet.from()));
        shown.remove(server);
        assertThat(shown).hasSize(clients);
        for (InetSocketAddress client : shown) {
            List<Capture.Packet> own =
                    packets.stream()
                            .filter(each -> each.from().equals(client) || each.to().equals(client))
                            .toList();
            assertFollow(own);
            assertThat(text(own, client)).isEqualTo(text(own, server)).hasLineCount(50);
        }
    }

    /// A packet that was told to come from somewhere.
    private static final class ToldPacket extends DatagramRequest {
        private static final Server NOBODY =
                new Server() {
                    @Override
                    public SocketAddress address() {
                        return at("127.0.0.1", 7);
                    }

                    @Override
                    public void requestStop() {}
                };

        private final SocketAddress local;

        ToldPacket(SocketAddress client, SocketAddress local, int length) {
            super(NOBODY, client, new byte[length], false);
            this.local = local;
        }

        @Override
        public SocketAddress local() {
            return local;
        }

        @Override
        protected void send(ByteBuffer packet) {
            packet.position(packet.limit());
        }
    }

    private List<Capture.Packet> captured(Request request) throws IOException {
        try (var tap = PcapTap.open(file())) {
            request.tap(tap);
        }
        return captured();
    }

    @Test
    void showsBothEndsInOneFamily() throws IOException {
        // A dual-stack socket that says what it is bound to.
        assertThat(captured(new ToldPacket(at("192.0.2.1", 1), at("::", 2), 3)))
                .singleElement()
                .satisfies(packet -> assertThat(packet.from()).isEqualTo(at("192.0.2.1", 1)))
                .satisfies(packet -> assertThat(packet.to()).isEqualTo(at("0.0.0.0", 2)));
        // In the file as a mapped address, which Java reads as what it stands for.
        assertThat(captured(new ToldPacket(at("192.0.2.1", 1), at("2001:db8::1", 2), 3)))
                .singleElement()
                .satisfies(packet -> assertThat(packet.from()).isEqualTo(at("192.0.2.1", 1)))
                .satisfies(packet -> assertThat(packet.to()).isEqualTo(at("2001:db8::1", 2)));
        assertThat(captured(new ToldPacket(at("2001:db8::2", 1), at("2001:db8::1", 2), 65_527)))
                .singleElement()
                .satisfies(packet -> assertThat(packet.payload()).hasSize(65_527));
    }

    @Test
    void takesNothingMoreWhenItIsClosed() throws IOException {
        MemoryRequest request = MemoryRequest.of("one", "two");
        var tap = PcapTap.open(file());
        request.tap(tap);
        request.read(ByteBuffer.allocate(10));
        tap.close();
        tap.close();
        long size = Files.size(file());
        request.read(ByteBuffer.allocate(10));
        request.output().write("three");
        assertThat(Files.size(file())).isEqualTo(size);
        assertThat(request.tap()).isSameAs(tap);
        assertThat(captured()).hasSize(4);
    }

    /// Has room for so many bytes.
    private static final class Full extends OutputStream {
        private final List<String> calls = new ArrayList<>();
        private int room;

        private Full(int room) {
            this.room = room;
        }

        @Override
        public void write(int b) {
            throw new AssertionError("a byte at a time");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            room -= length;
            calls.add(room < 0 ? "fails" : "writes");
            if (room < 0) {
                throw new IOException("no space left on device");
            }
        }

        @Override
        public void close() {
            calls.add("closes");
        }
    }

    @Test
    void givesUpWhenThereIsNoRoom() throws IOException {
        MemoryRequest first = MemoryRequest.of("one");
        MemoryRequest second = MemoryRequest.of("one");
        var full = new Full(24 + 64 + 64 + 56);
        var tap = new PcapTap(full);
        first.tap(tap);
        second.tap(tap);
        assertThat(first.input().readLine()).isEqualTo("one");
        assertThat(second.input().readLine()).isEqualTo("one");
        assertThat(full.calls)
                .containsExactly("writes", "writes", "writes", "writes", "fails", "closes");
        assertThat(first.tap()).isNull();
        // It has thrown there, once, and is closed.
        assertThat(second.tap()).isSameAs(tap);
    }

    @Test
    void saysWhatItCannotOpen() {
        assertThatThrownBy(() -> PcapTap.open(folder))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining(folder.toString());
        assertThatThrownBy(() -> new PcapTap(new Full(0)))
                .isInstanceOf(IOException.class)
                .hasMessage("no space left on device");
    }

    // Others read it

    private static List<String> run(String... command) throws Exception {
        File output = File.createTempFile("reader", ".txt");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectOutput(output)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            boolean ended = process.waitFor(15, TimeUnit.SECONDS);
            process.destroyForcibly();
            assertThat(ended).as("%s has ended", command[0]).isTrue();
            List<String> lines = Files.readAllLines(output.toPath());
            assertThat(process.exitValue()).as(lines.toString()).isZero();
            return lines;
        } finally {
            Files.delete(output.toPath());
        }
    }

    /// Writes a file of all families, and of more than a window has.
    private void capture() throws Exception {
        try (var tap = PcapTap.open(file())) {
            exchange(new byte[200_000], tap);
            for (Family family : Family.values()) {
                try (var serving = serveSeen(family, tap)) {
                    askSeen(serving, "hello");
                }
            }
        }
    }

    @Test
    void tcpdumpReadsIt() throws Exception {
        Installed.needs("tcpdump");
        capture();
        List<String> lines = run("tcpdump", "-n", "-vv", "-r", file().toString());
        String all = String.join("\n", lines);
        assertThat(all)
                .contains(
                        "Flags [S], cksum", "Flags [P.], cksum", "Flags [F.], cksum", "udp sum ok")
                .doesNotContain("incorrect", "truncated", "missing")
                // As a word: a right checksum may be 0xebad.
                .doesNotContainPattern("\\bbad\\b");
        assertThat(all.split("\\(correct\\)", -1)).hasSize(12 + 4 * 7 + 1);
        assertThat(all.split("udp sum ok", -1)).hasSize(3 * 2 + 1);
    }

    @Test
    void tsharkReadsIt() throws Exception {
        Installed.needs("tshark");
        capture();
        List<String> fields =
                run(
                        "tshark",
                        "-r",
                        file().toString(),
                        "-o",
                        "tcp.check_checksum:TRUE",
                        "-T",
                        "fields",
                        "-e",
                        "_ws.expert.message",
                        "-e",
                        "tcp.analysis.flags");
        assertThat(fields).hasSize(12 + 4 * 7 + 3 * 2);
        assertThat(String.join("\n", fields))
                .doesNotContainIgnoringCase("bad", "lost", "previous", "does not contain");
    }
}
