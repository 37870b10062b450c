package socketserver.benchmark.race;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Who takes part, and who would if this machine had what it takes.
public final class Lineup {
    private final List<Contestant> contestants = new ArrayList<>();
    private final List<Missing> missing = new ArrayList<>();

    void add(Contestant contestant) {
        contestants.add(contestant);
    }

    void missing(String name, String reason) {
        missing.add(new Missing(name, reason));
    }

    /// {@return all that this machine can run}
    ///
    /// @param engines the engines of our servers
    /// @param javaOptions more options of the JVMs of our servers
    public static Lineup everybody(
            Settings settings, List<String> engines, List<String> javaOptions) {
        Lineup lineup = new Lineup();
        OurContestants.join(lineup, engines, javaOptions);
        JavaPeers.join(lineup);
        ForeignPeers.join(lineup, settings);
        return lineup;
    }

    /// Adds our servers with all that guards them, and without.
    public void addGuarded(List<String> engines, List<String> javaOptions) {
        OurContestants.joinGuarded(this, engines, javaOptions);
    }

    /// Adds a server that somebody has named on the command line.
    ///
    /// @param text `NAME=COMMAND`, with `{family}` and `{place}` in it
    public void addNamed(String text) {
        add(NamedContestant.of(text));
    }

    /// Keeps those of that name.
    public void keep(Predicate<String> name) {
        contestants.removeIf(contestant -> !name.test(contestant.name()));
        missing.removeIf(absent -> !name.test(absent.what()));
    }

    /// {@return those that take part}
    public List<Contestant> contestants() {
        return contestants;
    }

    /// {@return those that cannot, with the reason}
    public List<Missing> missing() {
        return missing;
    }
}
