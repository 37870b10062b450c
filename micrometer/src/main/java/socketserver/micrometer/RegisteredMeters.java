package socketserver.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/// The meters that were registered for one server, which are removed together.
///
/// Owned by the thread that registers; afterwards nothing changes but by [#remove()].
final class RegisteredMeters {
    private final MeterRegistry registry;
    private final Tags tags;
    private final Set<Meter> foreign;
    private final List<Meter> own = new ArrayList<>();

    /// Registers nothing yet.
    ///
    /// @param tags of all meters
    RegisteredMeters(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
        foreign = Set.copyOf(registry.getMeters());
    }

    /// {@return a counter}
    ///
    /// @param unit what is counted, or null if the name says it
    Counter counter(String name, @Nullable String unit, String description, Tags more) {
        return added(
                Counter.builder(name)
                        .baseUnit(unit)
                        .description(description)
                        .tags(tags.and(more))
                        .register(registry));
    }

    /// {@return a timer}
    Timer timer(String name, String description, Tags more) {
        return added(
                Timer.builder(name)
                        .description(description)
                        .tags(tags.and(more))
                        .register(registry));
    }

    /// Registers a gauge, which does not keep what it asks from being collected.
    ///
    /// @param unit what is counted, or null if the name says it
    <T> void gauge(
            String name,
            @Nullable String unit,
            String description,
            T asked,
            ToDoubleFunction<T> value) {
        added(
                Gauge.builder(name, asked, value)
                        .baseUnit(unit)
                        .description(description)
                        .tags(tags)
                        .register(registry));
    }

    /// A registry answers with the meter that it has, and counts in it for both.
    private <M extends Meter> M added(M meter) {
        if (foreign.contains(meter)) {
            throw new IllegalStateException(
                    "the registry has %s of %s already: close those metrics, or give these a tag"
                                    .formatted(meter.getId().getName(), meter.getId().getTags())
                            + " that tells the servers apart");
        }
        own.add(meter);
        return meter;
    }

    /// Removes them from the registry.
    void remove() {
        own.forEach(registry::remove);
    }
}
