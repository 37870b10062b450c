package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// What the environment says of sockets that were passed.
class InheritedSocketTest {
    @Test
    void areThoseOfTheEnvironment() {
        var environment =
                Map.of("LISTEN_PID", "7", "LISTEN_FDS", "3", "LISTEN_FDNAMES", "web::admin");
        assertThat(InheritedSocket.of(environment, 7))
                .containsExactly(
                        new InheritedSocket(3, "web"),
                        new InheritedSocket(4, "unknown"),
                        new InheritedSocket(5, "admin"));
    }

    @Test
    void haveNoNamesIfTheManagerGivesNone() {
        var environment = Map.of("LISTEN_PID", "7", "LISTEN_FDS", "2");
        assertThat(InheritedSocket.of(environment, 7))
                .extracting(InheritedSocket::name)
                .containsExactly("unknown", "unknown");
    }

    @Test
    void areNotThoseOfAnotherProcess() {
        var environment = Map.of("LISTEN_PID", "8", "LISTEN_FDS", "2");
        assertThat(InheritedSocket.of(environment, 7)).isEmpty();
        assertThat(InheritedSocket.of(Map.of("LISTEN_FDS", "2"), 7)).isEmpty();
        assertThat(InheritedSocket.of(Map.of("LISTEN_PID", "7"), 7)).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithTheNumber() {
        for (String count : new String[] {"", "-1", "two", "99999999999"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () ->
                                    InheritedSocket.of(
                                            Map.of("LISTEN_PID", "7", "LISTEN_FDS", count), 7))
                    .withMessage("LISTEN_FDS (%s) must be the number of sockets", count);
        }
    }
}
