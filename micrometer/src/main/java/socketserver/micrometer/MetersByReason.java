package socketserver.micrometer;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// The meters of one name: one for each reason, made beforehand.
///
/// @param <E> the reasons
/// @param <M> the meters
final class MetersByReason<E extends Enum<E>, M extends Meter> {
    private final Map<E, M> meters;

    /// Makes the meters.
    ///
    /// @param key of the tag that tells them apart; its values are the reasons in lower case
    /// @param reasons at least one
    /// @param make makes the meter with that tag
    MetersByReason(String key, Set<E> reasons, Function<Tags, M> make) {
        Map<E, M> made = new EnumMap<>(reasons.iterator().next().getDeclaringClass());
        for (E reason : reasons) {
            made.put(reason, make.apply(Tags.of(key, reason.name().toLowerCase(Locale.ROOT))));
        }
        meters = made;
    }

    /// {@return the meter of that reason}
    ///
    /// @throws IllegalArgumentException if it has none
    M of(E reason) {
        M meter = meters.get(reason);
        if (meter == null) {
            throw new IllegalArgumentException(
                    "reason (%s) must be one of %s".formatted(reason, meters.keySet()));
        }
        return meter;
    }
}
