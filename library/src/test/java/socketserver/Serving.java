package socketserver;

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

    @Override
    public void close() {
        try {
            server.close();
        } finally {
            running.end().run();
        }
    }
}
