package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import java.io.IOException;

/// A server of the contract, with its hooks and what its model needs.
record Serving(Variant variant, BaseServer<?> server, Hooks hooks, Model.Running running)
        implements AutoCloseable {
    /// {@return a new client}
    Client client() throws IOException {
        return variant.family().connect(server.address());
    }

    StreamClient streamClient() throws IOException {
        return (StreamClient) client();
    }

    PacketClient packetClient() throws IOException {
        return (PacketClient) client();
    }

    /// Waits until a client was answered, by whatever process has to be started for it, and has
    /// gone.
    void awaitFirstAnswer() {
        eventually(
                () -> {
                    try (var client = client()) {
                        assertThat(client.ask("hello")).isEqualTo("hello");
                    } catch (IOException tooLate) {
                        throw new AssertionError(tooLate);
                    }
                });
        eventually(() -> assertThat(server.requests()).isEmpty());
    }

    @Override
    public void close() {
        try {
            server.close();
        } finally {
            running.end().run();
        }
    }
}
