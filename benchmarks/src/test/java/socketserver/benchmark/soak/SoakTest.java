package socketserver.benchmark.soak;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import socketserver.benchmark.race.Machine;
import socketserver.benchmark.report.SoakReport;
import socketserver.benchmark.soak.Reading.Quantity;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Clients that come and go leave no trace in servers of any model.
@EnabledOnOs(OS.LINUX)
class SoakTest {
    private static final double SLACK = 1.1;
    private static final double SLACK_MIB = 1;
    // Those of the connections that are open at the moment of a reading, and of the JVM's pools.
    private static final double SLACK_COUNT = 8;

    @Test
    @Timeout(60)
    void showsEveryModel(@TempDir Path folder) throws Exception {
        Soak soak = new Soak(Soak.MODELS, 100, Duration.ofSeconds(4), Duration.ofSeconds(1));
        SoakResults results = soak.run(Machine.here(Path.of("")), System.out::println);
        assertThat(results.readings()).containsOnlyKeys(Soak.MODELS);
        for (var all : results.readings().values()) {
            assertThat(all).hasSize(4);
            assertThat(all).extracting(Reading::failures).containsOnly(0L);
            assertThat(all.getLast().connections()).isPositive();
        }
        String text = Files.readString(SoakReport.write(results, folder));
        assertThat(text).contains(Soak.MODELS);
        assertThat(folder.resolve("benchmarks/soak.svg")).content().contains("heap");
    }

    @Test
    @Tag("long")
    @Timeout(value = 70, unit = TimeUnit.MINUTES)
    void nothingGrowsInAnHour() throws Exception {
        Soak soak = new Soak(Soak.MODELS, 500, Duration.ofHours(1), Duration.ofMinutes(1));
        SoakResults results = soak.run(Machine.here(Path.of("")), System.out::println);
        System.out.println("written: " + SoakReport.write(results, Path.of("target")));
        assertThat(results.failures()).isEmpty();
        for (String model : Soak.MODELS) {
            assertThat(results.last(model, Quantity.HEAP))
                    .as("heap of %s, MiB", model)
                    .isLessThan(results.first(model, Quantity.HEAP) * SLACK + SLACK_MIB);
            for (Quantity count : new Quantity[] {Quantity.DESCRIPTORS, Quantity.THREADS}) {
                assertThat(results.last(model, count))
                        .as("%s of %s", count, model)
                        .isLessThanOrEqualTo(results.first(model, count) + SLACK_COUNT);
            }
        }
    }
}
