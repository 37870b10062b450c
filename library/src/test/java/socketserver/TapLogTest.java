package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.request.Request;
import socketserver.request.StreamRequest;
import socketserver.request.WireTap;

import java.io.IOException;
import java.nio.ByteBuffer;

/// What is logged of a tap that fails.
@Timeout(30)
class TapLogTest {
    /// Cannot do what it is for.
    private record Broken() implements WireTap {
        @Override
        public void received(Request request, ByteBuffer bytes) throws IOException {
            throw new IOException("as told");
        }

        @Override
        public void sent(Request request, ByteBuffer bytes) throws IOException {
            throw new IOException("as told");
        }

        @Override
        public String toString() {
            throw new IllegalStateException("not even that");
        }
    }

    /// Echoes, with such a tap on each request.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            try (var server = new TcpServer(Peer.anyPort(), Program::echo)) {
                server.start();
                System.out.println(server.address().getPort());
                System.in.read();
            }
        }

        private static void echo(StreamRequest request) throws IOException {
            request.tap(new Broken());
            Variant.echo(request);
        }
    }

    @Test
    void isLoggedOnceForARequest() throws Exception {
        try (var program = ChildJvm.of(Program.class);
                var client = Peer.of(program.address())) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
            eventually(
                    () ->
                            assertThat(program.errors())
                                    .filteredOn(line -> line.contains("WARNING"))
                                    .singleElement()
                                    .asString()
                                    .matches(
                                            "WARNING: request \\d+ from /127.0.0.1:\\d+: its tap"
                                                    + " \\(socketserver\\.TapLogTest\\$Broken\\)"
                                                    + " failed"));
        }
    }
}
