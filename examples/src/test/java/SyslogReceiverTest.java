import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

import socketserver.UdpServer;
import socketserver.UnixStreamServer;
import socketserver.concurrency.ConcurrencyModel;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

@Timeout(60)
@ParameterizedClass
@FieldSource("MODELS")
class SyslogReceiverTest {
    static final List<ConcurrencyModel> MODELS =
            List.of(ConcurrencyModel.threading(), ConcurrencyModel.selector());

    @Parameter ConcurrencyModel model;
    private final BlockingQueue<String> log = new LinkedBlockingQueue<>();
    private UdpServer udp;
    private UnixStreamServer unix;

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        var handler = SyslogReceiver.handler(log::add);
        udp = SyslogReceiver.openUdp(0, handler, model);
        udp.start();
        unix = SyslogReceiver.openUnix(folder.resolve("log").toString(), handler, model);
        unix.start();
    }

    @AfterEach
    void close() {
        unix.close();
        udp.close();
    }

    private String logged() throws InterruptedException {
        return log.poll(20, TimeUnit.SECONDS);
    }

    private void sendToUnix(String bytes) throws IOException {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(unix.address().name()))) {
            channel.write(ByteBuffer.wrap(bytes.getBytes(UTF_8)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    <34>Oct 11 22:14:15 mymachine su: failed      | auth.crit mymachine su: failed
                    <13>Nov  3 00:00:00 me: hi                    | user.notice me: hi
                    <165>1 2003-10-11T22:14:15.003Z h app - ID47 - text    | local4.notice app: text
                    <165>1 2003-10-11T22:14:15.003Z h app - ID47 [a b="c"] | local4.notice app:
                    <0>1 - - - - - [x@1 a="\\"]"][y b="]"] text    | kern.emerg -: text
                    <191>1 - - - - - [unended                     | local7.debug 1 - - - - - [unended
                    <192>text                                     | user.notice <192>text
                    <1234>text                                    | user.notice <1234>text
                    text                                          | user.notice text
                    <15>a\u001b[2Jb                               | user.debug a [2Jb
                    """)
    void describesFacilitySeverityAndMessage(String message, String description) {
        assertThat(SyslogReceiver.describe(message.getBytes(UTF_8))).isEqualTo(description);
    }

    @Test
    void takesOneMessageFromEachPacket() throws Exception {
        DnsResponderTest.send(udp.address(), "<14>one\n".getBytes(UTF_8));
        DnsResponderTest.send(udp.address(), "<14>two".getBytes(UTF_8));

        assertThat(logged()).isEqualTo("user.info one");
        assertThat(logged()).isEqualTo("user.info two");
    }

    @Test
    void takesManyMessagesFromAConnectionInEachFraming() throws Exception {
        sendToUnix("<14>line\n<14>zero\00012 <14>two\nliness<14>the end");

        assertThat(logged()).isEqualTo("user.info line");
        assertThat(logged()).isEqualTo("user.info zero");
        assertThat(logged()).isEqualTo("user.info two line");
        assertThat(logged()).isEqualTo("user.notice ss<14>the end");
    }

    @Test
    void endsAConnectionWhoseMessageIsTooLong() throws Exception {
        sendToUnix("<14>" + "x".repeat(9000) + "\n");
        sendToUnix("99999 <14>x");
        sendToUnix("1x");
        sendToUnix("<14>next\n");

        assertThat(logged()).isEqualTo("user.info next");
    }

    @Test
    void printsWhatLoggerSendsByUdp() throws Exception {
        Stranger logger = Stranger.named("logger");
        String port = Integer.toString(udp.address().getPort());
        logger.run(
                "-n", "127.0.0.1", "-P", port, "-d", "-p", "mail.warning", "-t", "me", "disk full");

        assertThat(logged()).isEqualTo("mail.warning me: disk full");
    }

    @Test
    void printsWhatLoggerSendsToAUnixSocket() throws Exception {
        Stranger logger = Stranger.named("logger");
        String path = unix.address().name();
        logger.runWith("one\ntwo\n", "-u", path, "-p", "local3.err", "-t", "me");

        assertThat(logged()).isEqualTo("local3.err me: one");
        assertThat(logged()).isEqualTo("local3.err me: two");
    }
}
