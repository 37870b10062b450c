package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

import socketserver.request.UnixAddress;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// The table of what the contract leaves out is true, and no longer than it needs to be.
class ExceptionsTest {
    private static final List<Class<?>> CONTRACT =
            List.of(
                    ServerContractTest.class,
                    StreamContractTest.class,
                    PacketContractTest.class,
                    FileContractTest.class,
                    TapContractTest.class,
                    AdmissionContractTest.class,
                    BadPeerContractTest.class,
                    DeadlineContractTest.class,
                    DrainContractTest.class,
                    FrameContractTest.class,
                    InterceptorContractTest.class,
                    ProxyContractTest.class,
                    TlsContractTest.class,
                    SuspensionContractTest.class);

    @SuppressWarnings("unused") // by its name
    private static final List<Exceptions.Row> TABLE = Exceptions.TABLE;

    private static Stream<Method> behaviours() {
        return CONTRACT.stream()
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Contract.class));
    }

    @ParameterizedTest
    @FieldSource("TABLE")
    void eachRowLeavesSomethingOut(Exceptions.Row row) {
        assertThat(behaviours())
                .anyMatch(
                        method ->
                                Variant.all().stream()
                                        .anyMatch(variant -> row.holds(method, variant)));
    }

    @Test
    void eachBehaviourIsShownBySomeVariant() {
        assertThat(behaviours().count()).isGreaterThan(50);
        assertThat(behaviours())
                .allMatch(
                        method ->
                                Variant.all().stream()
                                        .anyMatch(variant -> !Exceptions.hold(method, variant)));
    }

    @ParameterizedTest
    @EnumSource
    void theJdkEngineRefusesUnixDatagrams(Model model) {
        var variant = new Variant("jdk", Family.UNIX_DATAGRAM, model);
        assertThatThrownBy(() -> variant.open(ServerOptions.DEFAULT, new Hooks(), Variant::echo))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "the jdk engine has no Unix datagrams; the linux engine has, but system"
                                + " property socketserver.engine is jdk");
    }

    @Test
    void aRefusedUnixDatagramServerLeavesNoFile() throws Exception {
        Path folder = Files.createTempDirectory("socketserver");
        UnixAddress address = UnixAddress.of(folder.resolve("s"));
        System.setProperty("socketserver.engine", "jdk");
        try {
            assertThatThrownBy(() -> new UnixDatagramServer(address, Variant::echo))
                    .isInstanceOf(UnsupportedOperationException.class);
        } finally {
            System.clearProperty("socketserver.engine");
        }
        Files.delete(folder);
    }
}
