package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.Patience.eventually;

import org.junit.jupiter.api.Timeout;

import java.util.List;

/// What every server does that is suspended.
@Timeout(20)
class SuspensionContractTest {
    @Contract
    void letsClientsWaitUntilItIsResumed(Variant variant) throws Exception {
        try (var serving = variant.serve(Variant::echo)) {
            Events events = Events.of(serving.server());
            try (var before = serving.client()) {
                assertThat(before.ask("before")).isEqualTo("before");
            }
            serving.server().suspend();
            serving.server().suspend();
            assertThat(serving.server().ready()).isFalse();
            try (var waiting = serving.client()) {
                waiting.send("hello");
                eventually(() -> assertThat(serving.server().requests()).isEmpty());
                serving.server().resume();
                assertThat(serving.server().ready()).isTrue();
                assertThat(waiting.receive()).isEqualTo("hello");
            }
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            assertThat(events.names())
                    .filteredOn(List.of("suspended", "resumed")::contains)
                    .containsExactly("suspended", "resumed");
        }
    }
}
