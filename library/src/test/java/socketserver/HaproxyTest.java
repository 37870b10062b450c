package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Installed.needs;
import static socketserver.Patience.eventually;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import socketserver.request.ProxyHeader;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// HAProxy before a server, with each version of its protocol and health checks.
@Timeout(60)
class HaproxyTest {
    private static void tell(StreamRequest request) throws IOException {
        for (String line; (line = request.input().readLine()) != null; ) {
            ProxyHeader header = request.proxyHeader();
            request.output()
                    .writeLine(
                            "%s of %s by version %d, number %s"
                                    .formatted(
                                            line,
                                            request.client(),
                                            header == null ? 0 : header.version(),
                                            number(header)));
        }
    }

    private static String number(@Nullable ProxyHeader header) {
        byte[] number = header == null ? null : header.field(ProxyHeader.UNIQUE_ID);
        return number == null ? "none" : new String(number, UTF_8);
    }

    private static String configuration(int text, int binary, String ours) {
        return """
        defaults
            mode tcp
            timeout connect 5s
            timeout client 20s
            timeout server 20s
            unique-id-format number-%%pid
        listen text
            bind 127.0.0.1:%1$d
            server ours %3$s send-proxy
        listen binary
            bind 127.0.0.1:%2$d
            server ours %3$s send-proxy-v2 proxy-v2-options unique-id,crc32c check inter 1s
        """
                .formatted(text, binary, ours);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static List<Variant> variants() {
        return Variant.of(Family.TCP_IPV4, Family.UNIX_STREAM);
    }

    @ParameterizedTest
    @MethodSource("variants")
    void saysForWhomItConnects(Variant variant, @TempDir Path folder) throws Exception {
        needs("haproxy");
        ServerOptions believing =
                ServerOptions.DEFAULT.withProxies(
                        set -> set.withFrom(List.of(Subnet.of("127.0.0.1/32"))).withFromUnix(true));
        try (var serving = variant.serveStreams(believing, HaproxyTest::tell)) {
            int text = freePort();
            int binary = freePort();
            String ours =
                    serving.server().address() instanceof UnixAddress unix
                            ? "unix@" + unix.name()
                            : "127.0.0.1:"
                                    + ((InetSocketAddress) serving.server().address()).getPort();
            Path configuration = folder.resolve("haproxy.cfg");
            Files.writeString(configuration, configuration(text, binary, ours));
            Process haproxy =
                    new ProcessBuilder("haproxy", "-db", "-f", configuration.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("log").toFile())
                            .start();
            try {
                assertThat(answer(text, "hello")).endsWith("by version 1, number none");
                assertThat(answer(binary, "hello"))
                        .endsWith("by version 2, number number-" + haproxy.pid());
            } catch (AssertionError failed) {
                throw new AssertionError(Files.readString(folder.resolve("log")), failed);
            } finally {
                haproxy.destroyForcibly().waitFor();
            }
        }
    }

    /// {@return what is answered, once the proxy listens}
    private static String answer(int port, String line) {
        String[] answer = new String[1];
        eventually(
                () -> {
                    try (var client =
                            Peer.of(
                                    new InetSocketAddress(
                                            InetAddress.getLoopbackAddress(), port))) {
                        answer[0] = client.ask(line);
                        assertThat(answer[0])
                                .startsWith(line + " of " + client.socket.getLocalSocketAddress());
                    } catch (IOException notYet) {
                        throw new AssertionError(notYet);
                    }
                });
        return answer[0];
    }
}
