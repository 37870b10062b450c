package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Which engine a process uses: each case in a process of its own.
@Timeout(30)
@EnabledOnOs(OS.LINUX)
class EngineChoiceTest {
    private static final String JDK = "-Dsocketserver.engine=jdk";
    private static final String LINUX = "-Dsocketserver.engine=linux";

    /// Opens servers, says whether one is the JDK's or with what opening fails, and ends.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            for (int i = 0; i < 3; i++) {
                try (var server = new TcpServer(Peer.anyPort(), Variant::echo)) {
                    server.start();
                    try (Peer peer = Peer.of(server)) {
                        peer.ask("hello");
                    }
                    System.out.println(hasSelector() ? "jdk" : "linux");
                } catch (IllegalArgumentException | UnsupportedOperationException thrown) {
                    System.out.println(thrown);
                }
            }
        }

        /// {@return whether the process has an epoll descriptor: the linux engine needs none until
        /// a virtual thread waits}
        private static boolean hasSelector() throws IOException {
            try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
                return descriptors.anyMatch(Program::isEpoll);
            }
        }

        private static boolean isEpoll(Path descriptor) {
            try {
                return Files.readSymbolicLink(descriptor).toString().contains("eventpoll");
            } catch (IOException closed) {
                return false;
            }
        }
    }

    private record Outcome(List<String> output, List<String> errors) {
        static Outcome of(String... options) throws Exception {
            try (var program = ChildJvm.with(List.of(options), Program.class)) {
                var output = List.of("" + program.line(), "" + program.line(), "" + program.line());
                assertThat(program.exit()).isZero();
                return new Outcome(output, program.errors());
            }
        }
    }

    @Test
    void isLinuxWithNativeAccess() throws Exception {
        Outcome outcome = Outcome.of(ChildJvm.NATIVE_ACCESS);
        assertThat(outcome.output()).containsOnly("linux");
        assertThat(outcome.errors()).isEmpty();
    }

    @Test
    void isJdkWithoutNativeAccessAndSaysOnceHowToChangeThat() throws Exception {
        Outcome outcome = Outcome.of();
        assertThat(outcome.output()).containsOnly("jdk");
        // The JDK's logging writes a line about the place above each message.
        assertThat(outcome.errors())
                .filteredOn(line -> !line.contains("DefaultEngine"))
                .singleElement()
                .asString()
                .startsWith("INFO: using the jdk engine: ")
                .contains("--enable-native-access=ALL-UNNAMED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"with native access", "without"})
    void isJdkSilentlyIfThatIsAskedFor(String how) throws Exception {
        Outcome outcome =
                how.equals("without") ? Outcome.of(JDK) : Outcome.of(JDK, ChildJvm.NATIVE_ACCESS);
        assertThat(outcome.output()).containsOnly("jdk");
        assertThat(outcome.errors()).isEmpty();
    }

    @Test
    void isLinuxIfThatIsAskedFor() throws Exception {
        Outcome outcome = Outcome.of(LINUX, ChildJvm.NATIVE_ACCESS);
        assertThat(outcome.output()).containsOnly("linux");
        assertThat(outcome.errors()).isEmpty();
    }

    @Test
    void isNoneIfLinuxIsAskedForAndCannotBeUsed() throws Exception {
        Outcome outcome = Outcome.of(LINUX);
        assertThat(outcome.output())
                .allSatisfy(
                        line ->
                                assertThat(line)
                                        .startsWith("java.lang.UnsupportedOperationException: ")
                                        .contains("linux engine")
                                        .contains("--enable-native-access=ALL-UNNAMED"));
        assertThat(outcome.errors()).isEmpty();
    }

    @Test
    void isNoneIfTheNameIsWrong() throws Exception {
        Outcome outcome = Outcome.of("-Dsocketserver.engine=windows", ChildJvm.NATIVE_ACCESS);
        assertThat(outcome.output())
                .allSatisfy(
                        line ->
                                assertThat(line)
                                        .startsWith("java.lang.IllegalArgumentException: ")
                                        .contains("(windows) must be jdk or linux"));
    }
}
