package socketserver.benchmark.race;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What is to be measured.
public record Choice(List<Workload> workloads, Set<Race.Extra> extras) {
    /// {@return everything}
    public static Choice whole() {
        return new Choice(List.of(Workload.values()), EnumSet.allOf(Race.Extra.class));
    }

    /// {@return what takes no long time}
    public static Choice quick() {
        List<Workload> workloads = new ArrayList<>(List.of(Workload.values()));
        workloads.remove(Workload.C10K);
        return new Choice(workloads, EnumSet.complementOf(EnumSet.of(Race.Extra.IDLE)));
    }

    /// {@return what has those names}
    ///
    /// @throws IllegalArgumentException if nothing has one of them
    public static Choice of(List<String> names) {
        List<Workload> workloads = new ArrayList<>();
        Set<Race.Extra> extras = EnumSet.noneOf(Race.Extra.class);
        for (String name : names) {
            if (isIn(Workload.values(), name)) {
                workloads.add(Workload.of(name));
            } else if (isIn(Race.Extra.values(), name)) {
                extras.add(Race.Extra.valueOf(name.toUpperCase(Locale.ROOT)));
            } else {
                throw new IllegalArgumentException(
                        "workload (%s) must be one of %s"
                                .formatted(name, String.join(", ", allNames())));
            }
        }
        return new Choice(workloads, extras);
    }

    /// {@return the names of all that can be measured}
    public static List<String> allNames() {
        List<String> names = new ArrayList<>();
        for (Enum<?>[] all : List.<Enum<?>[]>of(Workload.values(), Race.Extra.values())) {
            Arrays.stream(all)
                    .map(each -> each.name().toLowerCase(Locale.ROOT))
                    .forEach(names::add);
        }
        return names;
    }

    private static boolean isIn(Enum<?>[] all, String name) {
        return Arrays.stream(all).anyMatch(each -> each.name().equalsIgnoreCase(name));
    }
}
