package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;

@Timeout(10)
class EndpointTest {
    @ParameterizedTest
    @CsvSource({
        "tcp://127.0.0.1:8000, TCP, 127.0.0.1, 8000",
        "tcp://:8000, TCP, '', 8000",
        "tcp://*:8000, TCP, *, 8000",
        "udp://localhost:0, UDP, localhost, 0",
        "tcp://[::1]:65535, TCP, ::1, 65535",
        "unix:/run/a b.sock, UNIX, /run/a b.sock, 0",
        "unix:relative:1.sock, UNIX, relative:1.sock, 0",
        "unixgram:/run/log, UNIXGRAM, /run/log, 0",
    })
    void takesAddresses(String text, Family family, String host, int port) throws Exception {
        assertThat(Endpoint.parse(text)).isEqualTo(new Endpoint(family, text, host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "127.0.0.1:80",
                "http://localhost:80",
                "tcp:127.0.0.1:80",
                "tcp://127.0.0.1",
                "tcp://127.0.0.1:",
                "tcp://127.0.0.1:65536",
                "tcp://127.0.0.1:-1",
                "tcp://127.0.0.1:http",
                "tcp://::1:80",
                "tcp://[::1]",
                "tcp://[::1:80",
                "unix:",
            })
    void refusesOthersInOneLine(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text))
                .isInstanceOf(WrongArgumentException.class)
                .hasMessageContaining(text)
                .satisfies(thrown -> assertThat(thrown.getMessage().lines()).hasSize(1));
    }

    @Test
    void knowsIpv4OnlyAndAllAddresses() throws Exception {
        assertThat(Endpoint.parse("tcp://0.0.0.0:1").isIpv4Only()).isTrue();
        assertThat(Endpoint.parse("tcp://:1").isIpv4Only()).isFalse();
        assertThat(Endpoint.parse("tcp://:1").inetAddress().getAddress().isAnyLocalAddress())
                .isTrue();
        assertThat(Endpoint.parse("tcp://*:1").inetAddress().getAddress().isAnyLocalAddress())
                .isTrue();
    }

    @Test
    void takesAbstractNames() throws Exception {
        assertThat(Endpoint.parse("unix:@name").unixAddress().isAbstract()).isTrue();
        assertThat(Endpoint.parse("unix:./@name").unixAddress().isAbstract()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1:80",
        "::1, '[::1]:80'",
        "::, '[::]:80'",
        "2001:db8:0:0:1:0:0:1, '[2001:db8::1:0:0:1]:80'",
        "2001:db8:0:1:1:1:1:1, '[2001:db8:0:1:1:1:1:1]:80'",
        "fe80:0:0:0:1:0:0:0, '[fe80::1:0:0:0]:80'",
        "1:0:0:2:0:0:0:0, '[1:0:0:2::]:80'",
    })
    void shortensIpv6(String address, String text) throws Exception {
        assertThat(
                        AddressText.hostAndPort(
                                new InetSocketAddress(InetAddress.getByName(address), 80)))
                .isEqualTo(text);
    }
}
