import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.TcpServer;

import java.io.IOException;

@Timeout(60)
class ChatRoomTest {
    private TcpServer server;

    @BeforeEach
    void open() throws IOException {
        server = ChatRoom.open(0);
        server.start();
    }

    @AfterEach
    void close() {
        server.close();
    }

    /// {@return somebody who has joined and has read all lines up to that}
    private Client join(String name) throws IOException {
        return join(name, new Client(server.address()));
    }

    private static Client join(String name, Client client) throws IOException {
        assertThat(client.line()).isEqualTo("* your name?");
        client.send(name + "\n");
        assertThat(client.line()).matches("[*] (nobody is here|here: .*)");
        assertThat(client.line()).isEqualTo("* " + name + " joined");
        return client;
    }

    @Test
    void allReadWhatOneWritesAndWhoComesAndGoes() throws IOException {
        try (Client ann = join("ann")) {
            try (Client bob = join("bob")) {
                assertThat(ann.line()).isEqualTo("* bob joined");
                ann.send("hello\r\n");

                assertThat(ann.line()).isEqualTo("ann: hello");
                assertThat(bob.line()).isEqualTo("ann: hello");
            }
            assertThat(ann.line()).isEqualTo("* bob left");
        }
    }

    @Test
    void saysWhoIsHere() throws IOException {
        try (Client _ = join("bob");
                Client _ = join("ann");
                var carl = new Client(server.address())) {
            carl.line();
            carl.send("carl\n");

            assertThat(carl.line()).isEqualTo("* here: ann, bob");
        }
    }

    @Test
    void asksAgainForANameThatIsTakenOrNone() throws IOException {
        try (Client _ = join("ann");
                var second = new Client(server.address())) {
            second.line();
            second.send("ann\n");
            assertThat(second.line()).isEqualTo("* ann is here already; your name?");
            second.send("\n");
            assertThat(second.line()).endsWith("your name?");
            second.send("ann2\n");
            assertThat(second.line()).isEqualTo("* here: ann");
        }
    }

    @Test
    void passesNoControlCharactersOn() throws IOException {
        try (Client ann = join("ann")) {
            ann.send("a\u001b[2Jb\u0007c\n");

            assertThat(ann.line()).isEqualTo("ann: a[2Jbc");
        }
    }

    @Test
    void tellsWhoHasEndedItsOutputWhatWasSaidBefore() throws IOException {
        try (Client ann = join("ann")) {
            ann.send("bye");
            ann.endOutput();

            assertThat(ann.rest()).isEqualTo("ann: bye\n");
        }
    }

    /// Lets Ann talk until the room has dropped another, who has just joined and does not read.
    static void assertOutlivesOneWhoDoesNotRead(Client ann) throws IOException {
        assertThat(ann.line()).isEqualTo("* slow joined");
        String said = "x".repeat(900);
        boolean left = false;
        // Ann reads each line before the next, so only the other can fall behind: by what the
        // kernel buffers, and by what the room does.
        for (int i = 0; i < 100_000 && !left; i++) {
            ann.send(said + "\n");
            String line = ann.line();
            if (line.equals("* slow left")) {
                left = true;
                line = ann.line();
            }
            assertThat(line).isEqualTo("ann: " + said);
        }
        assertThat(left).isTrue();
    }

    @Test
    void dropsWhoDoesNotReadAndTheOthersGoOn() throws IOException {
        try (Client ann = join("ann");
                Client _ = join("slow", new Client(server.address(), 4096))) {
            assertOutlivesOneWhoDoesNotRead(ann);
            await().until(() -> server.requests().size() == 1);
        }
    }

    @Test
    void netcatTakesPart() throws Exception {
        Stranger nc = Stranger.named("nc");
        String port = Integer.toString(server.address().getPort());

        assertThat(nc.runWith("ann\nhello\n", "-N", "localhost", port))
                .isEqualTo("* your name?\n* nobody is here\n* ann joined\nann: hello\n");
    }
}
