package socketserver.cli;

import org.jspecify.annotations.Nullable;

import socketserver.Limits;
import socketserver.ServerOptions;
import socketserver.Subnet;
import socketserver.request.DeadlineKind;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// The limits and deadlines of a server as texts, by the names that the command line has for them.
///
/// What there is none of is the empty text; 0 is as good, and for a time nothing else.
final class StatusLimits {
    private static final String DASHES = "--";

    private StatusLimits() {}

    /// A change of settings.
    interface Change {
        ServerOptions apply(ServerOptions before) throws WrongArgumentException;
    }

    /// {@return what is in force}
    static Map<String, String> texts(ServerOptions options) {
        Limits limits = options.limits();
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("max-connections", Integer.toString(limits.maxConnections()));
        texts.put("max-per-client", number(limits.maxPerClient()));
        texts.put("accept-rate", number(limits.acceptRate()));
        texts.put("over-limit", limits.overLimit().name().toLowerCase(Locale.ROOT));
        texts.put("allow", subnets(limits.allow()));
        texts.put("deny", subnets(limits.deny()));
        for (DeadlineKind kind : DeadlineKind.values()) {
            LimitSyntax.TIMES.forEach(
                    (option, its) -> {
                        if (its == kind) {
                            texts.put(name(option), time(options.deadlines().of(kind)));
                        }
                    });
        }
        texts.put("min-rate", number(options.deadlines().client().minimumRate()));
        return texts;
    }

    private static String name(String option) {
        return option.substring(DASHES.length());
    }

    private static String number(int number) {
        return number == 0 ? "" : Integer.toString(number);
    }

    private static String time(@Nullable Duration time) {
        return time == null ? "" : DurationText.exact(time);
    }

    private static String subnets(List<Subnet> subnets) {
        return subnets.stream().map(Subnet::toString).collect(Collectors.joining(","));
    }

    /// {@return the change to those values, which leaves all others as they are}
    static Change to(Map<String, String> texts) {
        return before -> {
            ServerOptions changed = before;
            for (Map.Entry<String, String> each : texts.entrySet()) {
                changed = changed(changed, each.getKey(), each.getValue().strip());
            }
            return changed;
        };
    }

    private static ServerOptions changed(ServerOptions before, String name, String text)
            throws WrongArgumentException {
        DeadlineKind kind = LimitSyntax.TIMES.get(DASHES + name);
        if (kind != null) {
            Duration time =
                    text.isEmpty() || text.equals("0") ? null : DurationText.parse(name, text);
            return before.withDeadlines(set -> set.with(kind, time));
        }
        if (name.equals("min-rate")) {
            int rate = number(name, text);
            return before.withDeadlines(set -> set.withMinimumRate(rate));
        }
        Limits limits = changed(before.limits(), name, text);
        return before.withLimits(_ -> limits);
    }

    private static Limits changed(Limits before, String name, String text)
            throws WrongArgumentException {
        return switch (name) {
            case "max-connections" -> before.withMaxConnections(number(name, text));
            case "max-per-client" -> before.withMaxPerClient(number(name, text));
            case "accept-rate" -> before.withAcceptRate(number(name, text));
            case "over-limit" -> before.withOverLimit(LimitSyntax.overLimit(name, text));
            case "allow" -> before.withAllow(subnets(name, text));
            case "deny" -> before.withDeny(subnets(name, text));
            default ->
                    throw new WrongArgumentException(
                            "limit (%s) must be one of those that /status.json has"
                                    .formatted(name));
        };
    }

    private static List<Subnet> subnets(String name, String text) throws WrongArgumentException {
        return text.isEmpty() ? List.of() : LimitSyntax.subnets(name, text);
    }

    private static int number(String name, String text) throws WrongArgumentException {
        try {
            return text.isEmpty() ? 0 : Integer.parseInt(text);
        } catch (NumberFormatException none) {
            throw new WrongArgumentException(
                    "%s (%s) must be a number from 0 (none) to 2147483647".formatted(name, text));
        }
    }
}
