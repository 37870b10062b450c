package socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Messages go to the loggers that the documentation names.
class LogNamesTest {
    private static final Pattern USED =
            Pattern.compile("(?:\\blog\\(\"|getLogger\\(\"socketserver\\.)([a-z]+)\"\\)");
    private static final Pattern DOCUMENTED =
            Pattern.compile("^\\| `socketserver\\.([a-z]+)` \\|", Pattern.MULTILINE);

    private static Set<String> names(Pattern pattern, String text) {
        Set<String> names = new TreeSet<>();
        pattern.matcher(text).results().forEach(found -> names.add(found.group(1)));
        return names;
    }

    @Test
    void areThoseOfTheDocumentation() throws IOException {
        StringBuilder sources = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                sources.append(Files.readString(file));
            }
        }
        String text = Files.readString(Path.of("../docs/production.md"));
        assertThat(names(USED, sources.toString())).isNotEmpty().isEqualTo(names(DOCUMENTED, text));
        assertThat(sources).doesNotContain("getLogger(\"socketserver\")");
    }
}
