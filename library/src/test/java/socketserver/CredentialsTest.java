package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import socketserver.request.StreamRequest;
import socketserver.request.UnixCredentials;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Who a client of a Unix stream server is.
@Timeout(20)
class CredentialsTest {
    @SuppressWarnings("unused") // by its name
    private static final List<String> ENGINES = Variant.ENGINES;

    private static void tell(StreamRequest request) throws IOException {
        String answer;
        try {
            answer = request.credentials().toString();
        } catch (UnsupportedOperationException refused) {
            answer = refused.getMessage();
        }
        request.output().writeLine(answer);
    }

    private static String ask(String engine, Family family) throws IOException {
        try (Serving serving =
                        new Variant(engine, family, Model.THREADING)
                                .serveStreams(CredentialsTest::tell);
                Client client = serving.client()) {
            return client.receive();
        }
    }

    @Test
    void areThoseOfTheProcessThatConnected() throws Exception {
        Path self = Path.of("/proc/self");
        var own =
                new UnixCredentials(
                        (int) ProcessHandle.current().pid(),
                        (int) Files.getAttribute(self, "unix:uid"),
                        (int) Files.getAttribute(self, "unix:gid"));
        assertThat(ask("linux", Family.UNIX_STREAM)).isEqualTo(own.toString());
    }

    @Test
    void theJdkEngineSaysThatTheLinuxEngineKnowsThem() throws Exception {
        assertThat(ask("jdk", Family.UNIX_STREAM))
                .isEqualTo(
                        "the jdk engine has no credentials of Unix clients; the linux engine has,"
                                + " but system property socketserver.engine is jdk");
    }

    @ParameterizedTest
    @FieldSource("ENGINES")
    void clientsOfTcpHaveNone(String engine) throws Exception {
        assertThat(ask(engine, Family.TCP_IPV4))
                .matches(
                        "the kernel knows the credentials of clients of Unix stream sockets only"
                                + " \\(request \\d+ from /127\\.0\\.0\\.1:\\d+\\)");
        assertThat(ask(engine, Family.TCP_IPV6)).contains("[0:0:0:0:0:0:0:1]:");
    }

    @Test
    void familiesOfAProgramsOwnHaveNone() {
        assertThatThrownBy(() -> MemoryRequest.of("x").credentials())
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("client");
    }

    @Test
    void closedConnectionsHaveNone() throws Exception {
        try (Serving serving =
                        new Variant("linux", Family.UNIX_STREAM, Model.THREADING)
                                .serveStreams(
                                        request -> {
                                            request.close();
                                            assertThatThrownBy(request::credentials)
                                                    .isInstanceOf(ClosedChannelException.class);
                                        });
                Client client = serving.client()) {
            assertThat(client.receive()).isNull();
            serving.server().close();
            assertThat(serving.hooks().count("handleError")).isZero();
        }
    }
}
