package socketserver.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Argument files are read as the `java` command reads them.
class ArgumentFileTest {
    @Test
    void readsWordsQuotesEscapesAndComments() {
        assertThat(
                        ArgumentFile.arguments(
                                """
                                # a comment
                                -cp "a folder/b.jar:c.jar"
                                --patch-module socketserver="/a b/c"  # another
                                'single "quotes"' C:\\x "C:\\\\y" "one\\ttab"
                                "continued \\
                                    here"
                                """))
                .containsExactly(
                        "-cp",
                        "a folder/b.jar:c.jar",
                        "--patch-module",
                        "socketserver=/a b/c",
                        "single \"quotes\"",
                        "C:\\x",
                        "C:\\y",
                        "one\ttab",
                        "continued here");
    }

    @Test
    void findsNothingInNothing() {
        assertThat(ArgumentFile.arguments(" \n\n#\n")).isEmpty();
    }
}
