package socketserver.posix;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import socketserver.Installed;

import java.util.Arrays;
import java.util.List;

/// The error numbers against those of the C library.
@Timeout(30)
class ErrnoTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void numbersAndTextsAreThoseOfTheCLibrary() throws Exception {
        Installed.needs("python3");
        String program =
                """
                import errno, os
                for name, number in vars(errno).items():
                    if name.startswith('E'):
                        print(name, number, os.strerror(number))
                """;
        Process python = new ProcessBuilder("python3", "-c", program).start();
        List<String> known;
        try {
            known = python.inputReader(UTF_8).lines().toList();
        } finally {
            python.destroyForcibly().waitFor();
        }
        assertThat(known).map(String::toLowerCase).containsAll(ours());
    }

    private static List<String> ours() {
        return Arrays.stream(Errno.values())
                .map(each -> each + " " + -each.result() + " " + Errno.describe(each.result()))
                .map(
                        line ->
                                line.substring(0, line.lastIndexOf(" ("))
                                        .toLowerCase(java.util.Locale.ROOT))
                .toList();
    }

    @Test
    void describesAnErrorByTextAndName() {
        assertThat(Errno.describe(-11)).isEqualTo("resource temporarily unavailable (EAGAIN)");
        assertThat(Errno.name(-24)).isEqualTo("EMFILE");
    }

    @Test
    void describesAnUnknownErrorByItsNumber() {
        assertThat(Errno.describe(-4000)).isEqualTo("error 4000");
        assertThat(Errno.name(-4000)).isEqualTo("E4000");
    }
}
