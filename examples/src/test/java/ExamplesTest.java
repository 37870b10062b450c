import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

/// Each example as its reader starts it: a process of its own that says where it listens.
@Timeout(60)
class ExamplesTest {
    @Test
    void echoServerSendsEachLineBack() throws Exception {
        try (var example = new Program("EchoServer", "0");
                var client = new Client(example.address())) {
            client.send("hello\nworld");
            client.endOutput();

            assertThat(client.rest()).isEqualTo("hello\nworld\n");
        }
    }

    @Test
    void echoServerAnswersNetcat() throws Exception {
        Stranger nc = Stranger.named("nc");
        try (var example = new Program("EchoServer", "0")) {
            String port = Integer.toString(example.address().getPort());

            assertThat(nc.runWith("hello\n", "-N", "localhost", port)).isEqualTo("hello\n");
        }
    }

    @Test
    void echoServerAnswersSocat() throws Exception {
        Stranger socat = Stranger.named("socat");
        try (var example = new Program("EchoServer", "0")) {
            String address = "TCP:localhost:" + example.address().getPort();

            assertThat(socat.runWith("hello\n", "-t", "10", "-", address)).isEqualTo("hello\n");
        }
    }

    @Test
    void factorServerWorksInAnotherProcess() throws Exception {
        try (var example = new Program("FactorServer", "0");
                var client = new Client(example.address())) {
            client.send("35184372088833\n");

            assertThat(client.rest()).isEqualTo("35184372088833: 3 3 3 11 19 331 18837001\n");
        }
    }

    @Test
    void chatRoomAsksForAName() throws Exception {
        try (var example = new Program("ChatRoom", "0");
                var client = new Client(example.address())) {
            assertThat(client.line()).isEqualTo("* your name?");
        }
    }

    @Test
    void keyValueServerAnswersPing() throws Exception {
        try (var example = new Program("KeyValueServer", "0");
                var client = new Client(example.address())) {
            client.send("PING\r\n");

            assertThat(client.line()).isEqualTo("+PONG");
        }
    }

    @Test
    void syslogReceiverPrintsWhatComes(@TempDir Path folder) throws Exception {
        String path = folder.resolve("log").toString();
        try (var example = new Program("SyslogReceiver", "0", path)) {
            DnsResponderTest.send(example.address(), "<34>su: failed".getBytes(UTF_8));

            assertThat(example.line()).isEqualTo("auth.crit su: failed");
        }
    }

    @Test
    void dnsResponderAnswersByTcpAndUdpOnOnePort() throws Exception {
        try (var example = new Program("DnsResponder", "0")) {
            byte[] query = DnsResponderTest.query(7, "example.test", 1);

            assertThat(DnsResponderTest.askByUdp(example.address(), query))
                    .isEqualTo(DnsResponderTest.askByTcp(example.address(), query))
                    .endsWith(192, 0, 2, 1);
        }
    }

    @Test
    void httpFilesServesAFolder(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("a.txt"), "hello");
        try (var example = new Program("HttpFiles", folder.toString(), "0");
                var client = new Client(example.address())) {
            client.send("GET /a.txt HTTP/1.0\r\n\r\n");

            assertThat(client.rest()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nhello");
        }
    }
}
