package socketserver.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import socketserver.TcpServer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The page on metrics and the Javadoc name the meters that there are.
@Timeout(30)
class MetricsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "metrics.md");
    private static final Path JAVADOC =
            Path.of("src/main/java/socketserver/micrometer/ServerMetrics.java");
    private static final Path SNIPPETS =
            Path.of("src/test/java/socketserver/micrometer/SnippetsTest.java");
    private static final Pattern JAVA_BLOCK =
            Pattern.compile("^```java\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    /// What a row says of a meter.
    private record Row(String name, String kind, String unit, String tag)
            implements Comparable<Row> {
        static Row of(Meter meter, Set<String> common) {
            Meter.Id id = meter.getId();
            return new Row(
                    id.getName(),
                    id.getType().name().toLowerCase(Locale.ROOT),
                    Objects.requireNonNullElse(id.getBaseUnit(), ""),
                    id.getTags().stream()
                            .map(Tag::getKey)
                            .filter(key -> !common.contains(key))
                            .collect(Collectors.joining()));
        }

        @Override
        public int compareTo(Row other) {
            return name.compareTo(other.name);
        }
    }

    /// {@return the cells of the rows of meters in that file}
    private static List<List<String>> cells(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.replaceFirst("^/// ", ""))
                .filter(line -> line.startsWith("| `socketserver."))
                .map(
                        line ->
                                Arrays.stream(line.split("\\|", -1))
                                        .map(MetricsPageTest::bare)
                                        .toList())
                .toList();
    }

    private static String bare(String cell) {
        return cell.strip().replace("`", "");
    }

    private static Set<Row> rows(Path file) throws IOException {
        return cells(file).stream()
                .map(cells -> new Row(cells.get(1), cells.get(2), cells.get(3), cells.get(4)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theirTablesAreWhatIsRegistered() throws Exception {
        MeterRegistry registry = new SimpleMeterRegistry();
        try (var server = new TcpServer(Clients.anyPort(), _ -> {});
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            Set<String> common =
                    registry.get("socketserver.ready").gauge().getId().getTags().stream()
                            .map(Tag::getKey)
                            .collect(Collectors.toSet());
            Set<Row> registered =
                    registry.getMeters().stream()
                            .map(meter -> Row.of(meter, common))
                            .collect(Collectors.toCollection(TreeSet::new));
            assertThat(rows(PAGE)).containsExactlyElementsOf(registered);
            assertThat(rows(JAVADOC)).containsExactlyElementsOf(registered);
            assertThat(registry.getMeters())
                    .allSatisfy(meter -> assertThat(meter.getId().getDescription()).isNotBlank());
        }
    }

    @Test
    void itsNamesForPrometheusAreThoseOfAScrape() throws Exception {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (var server = new TcpServer(Clients.anyPort(), _ -> {});
                var metrics = new ServerMetrics(server)) {
            metrics.bindTo(registry);
            String scrape = registry.scrape();
            for (List<String> cells : cells(PAGE)) {
                String name = cells.get(5).replaceFirst(",.*", "");
                assertThat(scrape.lines()).anyMatch(line -> line.startsWith(name + "{"));
            }
        }
    }

    @Test
    void itsJavaIsThatOfTheTests() throws Exception {
        String snippets = unindented(Files.readString(SNIPPETS));
        assertThat(JAVA_BLOCK.matcher(Files.readString(PAGE)).results().toList())
                .isNotEmpty()
                .allSatisfy(block -> assertThat(snippets).contains(unindented(block.group(1))));
    }

    /// {@return the text with no line indented}
    private static String unindented(String text) {
        return text.lines().map(line -> line.strip() + "\n").reduce("", String::concat);
    }
}
