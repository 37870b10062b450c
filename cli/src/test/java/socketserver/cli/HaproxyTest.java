package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static socketserver.cli.Programs.needs;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What clients notice when something happens to one of three commands behind HAProxy.
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class HaproxyTest {
    /// What happens, and how many connections that may cost: one for each client, and one more
    /// where a process is killed. Linux closes the files of such a one from the highest number
    /// down, its connections before its listening socket: a client that comes back at once may be
    /// taken by the kernel for a process that is gone. Once that socket is closed nobody is.
    enum Trouble {
        ALL_ARE_RESTARTED(0) {
            @Override
            void befall(Fleet fleet) throws Exception {
                fleet.restartAll();
            }
        },
        ONE_IS_KILLED(2 * Fleet.CLIENTS) {
            @Override
            void befall(Fleet fleet) throws Exception {
                fleet.killOne();
            }
        },
        ONE_IS_CUT_OFF(Fleet.CLIENTS) {
            @Override
            void befall(Fleet fleet) throws Exception {
                fleet.cutOffOne();
            }
        };

        private final int mostLost;

        Trouble(int mostLost) {
            this.mostLost = mostLost;
        }

        abstract void befall(Fleet fleet) throws Exception;

        List<String> lost(Network network) throws Exception {
            try (Fleet fleet = Fleet.on(network)) {
                befall(fleet);
                return fleet.failures();
            }
        }
    }

    /// Says, a line for each, why clients of servers in networks of their own were not answered.
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws Exception {
            // Of the commands that it starts.
            System.setProperty("jdk.module.path", arguments[1]);
            Trouble.valueOf(arguments[0]).lost(Network.OWN).forEach(System.out::println);
        }
    }

    @BeforeAll
    static void needsHaproxy() {
        needs("haproxy");
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "ONE_IS_CUT_OFF")
    void losesNothingButTheConnectionsOfOneThatIsKilled(Trouble trouble) throws Exception {
        assertThat(trouble.lost(Network.LOOPBACK)).hasSizeLessThanOrEqualTo(trouble.mostLost);
    }

    @ParameterizedTest
    @EnumSource
    void losesNoMoreWhereEachIsInANetworkOfItsOwn(Trouble trouble, @TempDir Path folder)
            throws Exception {
        needs("nsenter");
        needs("ip");
        needs(Network.OF_THEIR_OWN, "network of its own");
        Path errors = folder.resolve("errors");
        String modules = System.getProperty("jdk.module.path");
        Process program =
                inNetworks(
                        errors,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-classpath",
                        String.join(
                                File.pathSeparator,
                                "target/test-classes",
                                modules,
                                System.getProperty("java.class.path")),
                        Program.class.getName(),
                        trouble.name(),
                        modules);
        try {
            List<String> lost = program.inputReader(UTF_8).lines().toList();
            assertThat(program.waitFor()).as(() -> read(errors)).isZero();
            assertThat(lost).hasSizeLessThanOrEqualTo(trouble.mostLost);
        } finally {
            program.destroyForcibly();
        }
    }

    private static Process inNetworks(Path errors, String... program) throws Exception {
        List<String> command = new ArrayList<>(Network.OF_THEIR_OWN);
        command.addAll(List.of(program));
        return new ProcessBuilder(command).redirectError(Redirect.to(errors.toFile())).start();
    }

    private static String read(Path errors) {
        try {
            return Files.readString(errors);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
