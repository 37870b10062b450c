import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The Java that the README shows is Java that the tests compile and run.
class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Pattern JAVA_BLOCK =
            Pattern.compile("^```java\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    @Test
    void eachJavaBlockStandsInAnExampleOrATest() throws IOException {
        List<String> blocks =
                JAVA_BLOCK
                        .matcher(Files.readString(README))
                        .results()
                        .map(block -> unindented(block.group(1)))
                        .toList();

        String sources = sources();
        assertThat(blocks).isNotEmpty().allSatisfy(block -> assertThat(sources).contains(block));
    }

    /// {@return the examples, and the snippets that the tests of the modules assert}
    private static String sources() throws IOException {
        var all = new StringBuilder();
        for (String folder :
                List.of("src", "../library/src/test/java", "../micrometer/src/test/java")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    all.append(unindented(Files.readString(file)));
                }
            }
        }
        return all.toString();
    }

    /// {@return the text with no line indented: a block may stand deeper in an example}
    private static String unindented(String text) {
        return text.lines().map(line -> line.strip() + "\n").reduce("", String::concat);
    }
}
