package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;
import static socketserver.Patience.pause;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import socketserver.request.Request;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Handlers that throw, are closed and are killed at random, while clients come and go.
@Timeout(90)
class HavocTest {
    private static final String BOMB = "bomb";

    private static void echo(Request request) throws IOException {
        for (String line; (line = Variant.receive(request)) != null; ) {
            if (line.equals(BOMB)) {
                throw new IllegalStateException("as asked");
            }
            Variant.answer(request, line);
        }
    }

    @ParameterizedTest
    @MethodSource("socketserver.Variant#overTcp")
    void leavesAServerThatServes(Variant variant) throws Exception {
        havoc(variant, 20, Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @MethodSource("socketserver.Variant#overTcp")
    @Tag("long")
    void leavesAServerThatServesManyForLong(Variant variant) throws Exception {
        havoc(variant, 100, Duration.ofSeconds(10));
    }

    private static void havoc(Variant variant, int clients, Duration time) throws Exception {
        Random random = new Random(42);
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong answers = new AtomicLong();
        try (var serving = variant.serve(HavocTest::echo)) {
            List<Background<Boolean>> asking = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Random own = new Random(i);
                asking.add(Background.run(() -> askUntil(over, serving, own, answers)));
            }
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() - end < 0) {
                pause(Duration.ofMillis(100));
                List<LiveRequest> rows = serving.server().requests();
                if (!rows.isEmpty()) {
                    // Under forking it kills the process that handles it.
                    rows.get(random.nextInt(rows.size())).close();
                }
            }
            over.set(true);
            for (Background<Boolean> client : asking) {
                client.join();
            }
            assertThat(answers).hasPositiveValue();
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
        }
    }

    private static void askUntil(
            AtomicBoolean over, Serving serving, Random random, AtomicLong answers)
            throws IOException {
        while (!over.get()) {
            try (var client = serving.client()) {
                // Now and then another one: under the synchronous model all others wait for it.
                for (int i = 0; i < 20 && !over.get(); i++) {
                    String message = random.nextInt(100) == 0 ? BOMB : "message " + i;
                    String answer = client.ask(message);
                    if (answer == null) {
                        break;
                    }
                    assertThat(answer).isEqualTo(message);
                    answers.incrementAndGet();
                }
            } catch (IOException cut) {
                // Then it comes again.
            }
        }
    }
}
