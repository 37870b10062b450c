package socketserver;

import static socketserver.Patience.pause;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.time.Duration;

/// A client of a line protocol that does not do what a client should.
enum BadPeer {
    /// Connects, and then nothing.
    HANGS {
        @Override
        void misbehave(StreamClient client) throws IOException {
            awaitEnd(client);
        }
    },
    /// Sends a byte now and then.
    DRIPS {
        @Override
        void misbehave(StreamClient client) throws IOException {
            for (; ; ) {
                client.send(new byte[] {'a'});
                pause(Duration.ofMillis(10));
            }
        }
    },
    /// Ends in the middle of a line.
    ENDS_IN_A_LINE {
        @Override
        void misbehave(StreamClient client) throws IOException {
            client.send("half a li".getBytes(UTF_8));
        }
    },
    /// Breaks the connection in the middle of a line.
    RESETS_IN_A_LINE {
        @Override
        void misbehave(StreamClient client) throws IOException {
            client.send("half a li".getBytes(UTF_8));
            client.reset();
        }
    },
    /// Goes while it is being written to.
    ENDS_IN_AN_ANSWER {
        @Override
        void misbehave(StreamClient client) throws IOException {
            client.send(FLOOD);
            client.receiveOneByteOnly();
        }
    },
    /// Breaks the connection while it is being written to.
    RESETS_IN_AN_ANSWER {
        @Override
        void misbehave(StreamClient client) throws IOException {
            client.send(FLOOD);
            client.receiveOneByteOnly();
            client.reset();
        }
    },
    /// Asks for much and reads nothing.
    NEVER_READS {
        @Override
        void misbehave(StreamClient client) throws IOException {
            client.send(FLOOD);
        }

        @Override
        boolean stays() {
            return true;
        }
    },
    /// Sends a line that never ends.
    SENDS_TOO_MUCH {
        @Override
        void misbehave(StreamClient client) throws IOException {
            byte[] block = new byte[64 * 1024];
            for (; ; ) {
                client.send(block);
            }
        }
    };

    /// What the server answers with more than a client takes at once.
    static final String FLOOD = "flood";

    /// Does it, until the server has enough or the client has; closing is the caller's.
    ///
    /// @throws IOException when the server has ended the connection
    abstract void misbehave(StreamClient client) throws IOException;

    /// {@return whether it stays connected until the server has had enough}
    boolean stays() {
        return false;
    }

    private static void awaitEnd(StreamClient client) throws IOException {
        while (client.next() >= 0) {
            // until the server ends it
        }
    }
}
