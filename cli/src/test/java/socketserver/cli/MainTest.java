package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.regex.Pattern;

/// What the command says of its arguments, without a process.
@Timeout(30)
class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | no command was given: socketserver serve ADDRESS... serves",
                "sevre | unknown command sevre: socketserver serve ADDRESS... serves",
                "serve | no address was given: add one",
                "serve localhost:80 | address (localhost:80) must be tcp://HOST:PORT",
                "serve tcp://x:y | port (y) of tcp://x:y must be from 0",
                "serve tcp://:0 --modle x | unknown option --modle: did you mean --model?",
                "serve tcp://:0 --zzz | unknown option --zzz",
                "serve tcp://:0 --model | --model needs a value",
                "serve tcp://:0 --model events | --model (events) must be one of threading,"
                        + " syn",
                "serve tcp://:0 --model forking --exec cat | --model (forking) does not go with",
                "serve tcp://:0 --handler x | --handler (x) must be one of echo, discard",
                "serve tcp://:0 --handler echo --handler time | --handler was given twice",
                "serve tcp://:0 --handler echo --exec cat | --handler and --exec were given: only",
                "serve tcp://:0 --class A --source A.java | --class and --source were given",
                "serve tcp://:0 --classpath . | --classpath was given without --class",
                "serve tcp://:0 --class A --classpath nowhere | --classpath (nowhere) does not exi",
                "serve tcp://:0 --class no.Such | class (no.Such) was not loaded from .",
                "serve tcp://:0 --class java.lang.String | class (java.lang.String) must extend",
                "serve tcp://:0 --source nowhere.java | --source (nowhere.java) must be a Java fil",
                "serve tcp://:0 --exec | --exec needs a command",
                "serve tcp://:0 --exec no-such-program | --exec (no-such-program) must be a progra",
                "serve tcp://:0 --max-connections 0 | --max-connections (0) must be a number from",
                "serve tcp://:0 --max-connections x | --max-connections (x) must be a number from",
                "serve tcp://:0 --over-limit drop | --over-limit (drop) must be one of wait, refus",
                "serve tcp://:0 --read-timeout 5 | --read-timeout (5) must be a whole number and",
                "serve tcp://:0 --write-timeout 0s | --write-timeout (0s) must be positive",
                "serve tcp://:0 --drain soon | --drain (soon) must be a whole number and a unit",
                "serve tcp://:0 --status 8080 | --status (8080) must be HOST:PORT",
                "serve tcp://:0 --status 0.0.0.0:80 | --status (0.0.0.0:80) is not a loopback addr",
                "serve tcp://:0 --status :80 | --status (:80) is not a loopback address: add",
                "serve tcp://:0 --status no.invalid:80 | --status (no.invalid:80) has an unknown",
                "serve tcp://:0 --status-token 0123456789abcdef | --status-token was given without",
                "serve tcp://:0 --status :0 --status-token secret | --status-token (6 characters)"
                        + " m",
                "completion fish | completion needs the name of a shell",
            })
    void wrongArgumentsAreOneLineAndExitCodeTwo(String args, String message) {
        String[] words = args.isEmpty() ? new String[0] : args.split(" ", -1);

        assertThat(run(words)).isEqualTo(2);

        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith(message)
                .doesNotEndWith(".");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void helpFitsAScreenAndKnowsEveryOption() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString().lines())
                .hasSizeLessThanOrEqualTo(40)
                .allSatisfy(
                        line -> {
                            assertThat(line).hasSizeLessThanOrEqualTo(90);
                        });
        assertThat(
                        Pattern.compile("'(--[a-z-]+)'")
                                .matcher(CommandSyntax.bashCompletion())
                                .results())
                .isNotEmpty()
                .allSatisfy(option -> assertThat(out.toString()).contains(option.group(1)));
    }

    @Test
    void helpAndVersionWorkBehindTheCommand() {
        assertThat(run("serve", "tcp://:0", "--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: socketserver serve ADDRESS...");
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).contains("socketserver ").contains(" on Java 25");
    }

    @Test
    void completionIsAScriptForBash() {
        assertThat(run("completion", "bash")).isZero();
        assertThat(out.toString())
                .contains("complete -F _complete_socketserver")
                .contains("threading")
                .contains("--max-connections");
    }
}
