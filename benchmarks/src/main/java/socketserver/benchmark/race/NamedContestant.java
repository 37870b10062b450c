package socketserver.benchmark.race;

import socketserver.benchmark.address.Family;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A server that somebody names on the command line: `[FAMILY:]NAME=COMMAND`, with `{family}` and
/// `{place}` in the command.
final class NamedContestant {
    private NamedContestant() {}

    static Contestant of(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException(
                    "server (%s) must be [FAMILY:]NAME=COMMAND".formatted(text));
        }
        String name = text.substring(0, equals);
        List<String> words = Stream.of(text.substring(equals + 1).split("\\s+", 0)).toList();
        int colon = name.indexOf(':');
        Set<Family> families =
                colon < 0
                        ? EnumSet.complementOf(EnumSet.of(Family.TLS))
                        : EnumSet.of(Family.of(name.substring(0, colon)));
        return new Contestant(
                name.substring(colon + 1), families, _ -> null, false, start -> fill(words, start));
    }

    private static List<String> fill(List<String> words, Contestant.Start start) {
        String family = start.endpoint().family().toString();
        return words.stream()
                .map(word -> word.replace("{family}", family))
                .map(word -> word.replace("{place}", start.endpoint().place()))
                .toList();
    }
}
