package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static socketserver.Patience.eventually;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

import socketserver.request.CloseReason;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/// Whom every server lets in.
@Timeout(20)
class AdmissionContractTest {
    private static ServerOptions with(UnaryOperator<Limits> limits) {
        return ServerOptions.DEFAULT.withLimits(limits);
    }

    private static void change(Serving serving, UnaryOperator<Limits> limits) {
        serving.server().options(serving.server().options().withLimits(limits));
    }

    /// {@return what a client is answered, or null if it is refused}
    private static @Nullable String answer(Client client, String message) {
        try {
            return client.ask(message);
        } catch (IOException reset) {
            return null;
        }
    }

    private static void sendInVain(Client client) {
        try {
            client.send("hello");
        } catch (IOException refused) {
            // before it could
        }
    }

    private static List<Subnet> networkOf(Serving serving) {
        InetSocketAddress address = (InetSocketAddress) serving.server().address();
        return List.of(new Subnet(address.getAddress(), 8));
    }

    @Contract
    void deniesClientsOfANetwork(Variant variant) throws Exception {
        try (var serving = variant.serve(Variant::echo)) {
            Events events = Events.of(serving.server());
            try (var before = serving.client()) {
                assertThat(before.ask("hello")).isEqualTo("hello");
            }
            change(serving, limits -> limits.withDeny(networkOf(serving)));
            try (var denied = serving.client()) {
                sendInVain(denied);
                assertThat(events.refusal()).isEqualTo(RefusalReason.DENIED);
            }
            change(serving, limits -> limits.withDeny(List.of()).withAllow(networkOf(serving)));
            try (var allowed = serving.client()) {
                assertThat(allowed.ask("hello")).isEqualTo("hello");
            }
            change(serving, limits -> limits.withAllow(List.of(Subnet.of("192.0.2.0/24"))));
            try (var stranger = serving.client()) {
                sendInVain(stranger);
                assertThat(events.refusal()).isEqualTo(RefusalReason.DENIED);
            }
        }
    }

    @Contract
    void takesSoManyRequestsInASecond(Variant variant) throws Exception {
        ServerOptions options =
                with(limits -> limits.withAcceptRate(1).withOverLimit(OverLimit.REFUSE));
        try (var serving = variant.serve(options, Variant::echo)) {
            Events events = Events.of(serving.server());
            try (var first = serving.client()) {
                assertThat(first.ask("hello")).isEqualTo("hello");
            }
            // Unless the machine has taken a second for the first one.
            for (int i = 0; i < 5; i++) {
                try (var next = serving.client()) {
                    sendInVain(next);
                }
            }
            assertThat(events.refusal()).isEqualTo(RefusalReason.TOO_MANY);
        }
    }

    @Contract
    void letsThoseWaitWhoComeTooFast(Variant variant) throws Exception {
        try (var serving =
                variant.serve(with(limits -> limits.withAcceptRate(10)), Variant::echo)) {
            Events events = Events.of(serving.server());
            long start = System.nanoTime();
            for (int i = 0; i < 6; i++) {
                try (var client = serving.client()) {
                    assertThat(client.ask("hello " + i)).isEqualTo("hello " + i);
                }
            }
            // Five of them had to wait for a tenth of a second each.
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThan(Duration.ofMillis(450));
            assertThat(events.names()).doesNotContain("refused");
        }
    }

    @Contract
    void boundsTheRequestsOfOneClient(Variant variant) throws Exception {
        try (var serving =
                variant.serve(with(limits -> limits.withMaxPerClient(1)), Variant::echo)) {
            Events events = Events.of(serving.server());
            try (var first = serving.client()) {
                assertThat(first.ask("hello")).isEqualTo("hello");
                try (var second = serving.client()) {
                    assertThat(answer(second, "hello")).isNull();
                    assertThat(events.refusal()).isEqualTo(RefusalReason.CLIENT_FULL);
                }
                assertThat(first.ask("still there")).isEqualTo("still there");
            }
            // It is told when the request does not count any more.
            assertThat(events.reason()).isEqualTo(CloseReason.HANDLED);
            try (var third = serving.client()) {
                assertThat(third.ask("hello")).isEqualTo("hello");
            }
        }
    }

    @Contract
    void countsThoseWhoCameBeforeTheLimit(Variant variant) throws Exception {
        try (var serving = variant.serve(Variant::echo);
                var first = serving.client()) {
            Events events = Events.of(serving.server());
            assertThat(first.ask("hello")).isEqualTo("hello");
            if (variant.model() == Model.FORKING) {
                // Its socket is the child's alone from then on.
                eventually(
                        () ->
                                assertThat(serving.server().requests())
                                        .allMatch(row -> row.child().isPresent()));
            }
            ServerOptions before = serving.server().options();
            serving.server().options(before.withLimits(limits -> limits.withMaxPerClient(1)));
            try (var second = serving.client()) {
                assertThat(answer(second, "hello")).isNull();
                assertThat(events.refusal()).isEqualTo(RefusalReason.CLIENT_FULL);
            }
            serving.server().options(before);
            try (var third = serving.client()) {
                assertThat(third.ask("hello")).isEqualTo("hello");
            }
        }
    }

    @Contract
    void saysFarewellToThoseItRefuses(Variant variant) throws Exception {
        ServerOptions options =
                with(limits -> limits.withMaxPerClient(1).withFarewell("421 too many\n"));
        try (var serving = variant.serve(options, Variant::echo);
                var first = serving.streamClient()) {
            assertThat(first.ask("hello")).isEqualTo("hello");
            try (var second = serving.streamClient()) {
                // What is not read resets a connection that is closed.
                second.send("a".repeat(1000));
                assertThat(second.receive()).isEqualTo("421 too many");
                assertThat(second.receive()).isNull();
            }
            assertThat(first.ask("still there")).isEqualTo("still there");
        }
    }

    @Contract
    void keepsTheOldOptionsIfTheNewOnesAreWrong(Variant variant) throws Exception {
        try (var serving = variant.serve(Variant::echo)) {
            ServerOptions before = serving.server().options();
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () ->
                                    serving.server()
                                            .options(
                                                    before.withLimits(
                                                            limits -> limits.withMaxPerClient(-1))))
                    .withMessageContaining("maxPerClient (-1) must not be negative");
            assertThat(serving.server().options()).isSameAs(before);
        }
    }

    @Contract
    void tellsListenersInOrder(Variant variant) throws Exception {
        Events events;
        try (var serving = variant.open(ServerOptions.DEFAULT, new Hooks(), Variant::echo)) {
            events = Events.of(serving.server());
            serving.server().start();
            try (var client = serving.client()) {
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
        }
        assertThat(events.names())
                .containsExactly("started", "opened", "closed", "stopped", "server closed");
    }

    @Contract
    void countsTheBytesOfARequestThatHasEnded(Variant variant) throws Exception {
        try (var serving = variant.serve(Variant::echo)) {
            List<LiveRequest> ended = new CopyOnWriteArrayList<>();
            serving.server()
                    .addListener(
                            new ServerListener() {
                                @Override
                                public void closed(LiveRequest request, CloseReason reason) {
                                    ended.add(request);
                                }
                            });
            long size;
            try (var client = serving.client()) {
                size = client.size("hello");
                assertThat(client.ask("hello")).isEqualTo("hello");
            }
            eventually(
                    () ->
                            assertThat(ended)
                                    .singleElement()
                                    .satisfies(
                                            row -> {
                                                assertThat(row.bytesIn()).isEqualTo(size);
                                                assertThat(row.bytesOut()).isEqualTo(size);
                                                assertThat(row.duration()).isPositive();
                                            }));
        }
    }
}
