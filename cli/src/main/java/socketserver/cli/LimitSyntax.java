package socketserver.cli;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

import socketserver.Deadlines;
import socketserver.Limits;
import socketserver.OverLimit;
import socketserver.ProxySettings;
import socketserver.ServerOptions;
import socketserver.Subnet;
import socketserver.request.DeadlineKind;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The options of `serve` that bound what clients may do, and what they mean.
final class LimitSyntax {
    private static final String EXPOSED = "--exposed";
    private static final String FAREWELL = "--farewell";
    private static final String PROXY_FROM = "--proxy-from";
    private static final String OVER_LIMIT = "--over-limit";

    /// The options that are times of the client.
    static final Map<String, DeadlineKind> TIMES =
            Map.of(
                    "--first-byte-timeout", DeadlineKind.FIRST_BYTE,
                    "--idle-timeout", DeadlineKind.IDLE,
                    "--message-timeout", DeadlineKind.MESSAGE,
                    "--read-timeout", DeadlineKind.READ,
                    "--write-timeout", DeadlineKind.WRITE,
                    "--max-age", DeadlineKind.AGE);

    private static final List<String> TEXTS =
            List.of(
                    "--max-connections",
                    "--max-per-client",
                    "--accept-rate",
                    "--min-rate",
                    "--allow",
                    "--deny",
                    PROXY_FROM,
                    FAREWELL);

    private LimitSyntax() {}

    /// Adds the options to those of the command.
    static void addTo(CommandSpec command) {
        command.addOption(OptionSpec.builder(EXPOSED).arity("0").type(boolean.class).build());
        command.addOption(text(OVER_LIMIT).completionCandidates(overLimits()).build());
        TEXTS.forEach(name -> command.addOption(text(name).build()));
        TIMES.keySet().stream().sorted().forEach(name -> command.addOption(text(name).build()));
    }

    private static OptionSpec.Builder text(String name) {
        return OptionSpec.builder(name).arity("1").type(String.class);
    }

    private static List<String> overLimits() {
        List<String> names = new ArrayList<>();
        for (OverLimit each : OverLimit.values()) {
            names.add(each.name().toLowerCase(Locale.ROOT));
        }
        return names;
    }

    /// {@return the settings that the options ask for}
    ///
    /// @param exec whether a command serves: it gets the connection itself, unless there are
    ///   deadlines that only the server could keep; so it has none by default
    static ServerOptions options(ParseResult given, boolean exec) throws WrongArgumentException {
        ServerOptions options =
                given.hasMatchedOption(EXPOSED)
                        ? ServerOptions.DEFAULT.exposed()
                        : exec
                                ? ServerOptions.DEFAULT.withDeadlines(
                                        deadlines -> deadlines.withWrite(null))
                                : ServerOptions.DEFAULT;
        Limits limits = limits(given, options.limits());
        Deadlines deadlines = deadlines(given, options.deadlines());
        ProxySettings proxies = proxies(given, options.proxies());
        return options.withLimits(_ -> limits)
                .withDeadlines(_ -> deadlines)
                .withProxies(_ -> proxies);
    }

    private static ProxySettings proxies(ParseResult given, ProxySettings before)
            throws WrongArgumentException {
        String text = value(given, PROXY_FROM);
        if (text == null) {
            return before;
        }
        return text.equals("unix")
                ? before.withFromUnix(true)
                : before.withFrom(subnets(PROXY_FROM, text));
    }

    private static Limits limits(ParseResult given, Limits before) throws WrongArgumentException {
        Limits limits = before;
        Integer most = number(given, "--max-connections");
        if (most != null) {
            limits = limits.withMaxConnections(most);
        }
        Integer perClient = number(given, "--max-per-client");
        if (perClient != null) {
            limits = limits.withMaxPerClient(perClient);
        }
        Integer rate = number(given, "--accept-rate");
        if (rate != null) {
            limits = limits.withAcceptRate(rate);
        }
        String over = value(given, OVER_LIMIT);
        if (over != null) {
            limits = limits.withOverLimit(overLimit(OVER_LIMIT, over));
        }
        String farewell = value(given, FAREWELL);
        if (farewell != null) {
            limits = limits.withFarewell(farewell + "\n");
        }
        return limits.withAllow(subnets(given, "--allow")).withDeny(subnets(given, "--deny"));
    }

    /// {@return what that text says of those who are over the limit}
    ///
    /// @param name what it was given for
    static OverLimit overLimit(String name, String text) throws WrongArgumentException {
        if (!overLimits().contains(text)) {
            throw new WrongArgumentException(
                    "%s (%s) must be one of %s"
                            .formatted(name, text, String.join(", ", overLimits())));
        }
        return OverLimit.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private static Deadlines deadlines(ParseResult given, Deadlines before)
            throws WrongArgumentException {
        Deadlines deadlines = before;
        for (Map.Entry<String, DeadlineKind> each : TIMES.entrySet()) {
            Duration time = time(given, each.getKey());
            if (time != null) {
                deadlines = deadlines.with(each.getValue(), time);
            }
        }
        Integer rate = number(given, "--min-rate");
        return rate == null ? deadlines : deadlines.withMinimumRate(rate);
    }

    private static List<Subnet> subnets(ParseResult given, String option)
            throws WrongArgumentException {
        String text = value(given, option);
        return text == null ? List.of() : subnets(option, text);
    }

    /// {@return the blocks of addresses that the text has, at least one}
    ///
    /// @param name what it was given for
    static List<Subnet> subnets(String name, String text) throws WrongArgumentException {
        List<Subnet> subnets = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            try {
                subnets.add(Subnet.of(each.strip()));
            } catch (IllegalArgumentException none) {
                throw new WrongArgumentException(
                        "%s (%s) must be addresses or blocks of them: 192.0.2.7,2001:db8::/32"
                                .formatted(name, text));
            }
        }
        return subnets;
    }

    private static @Nullable Integer number(ParseResult given, String option)
            throws WrongArgumentException {
        String text = value(given, option);
        if (text == null) {
            return null;
        }
        try {
            int number = Integer.parseInt(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // Said below.
        }
        throw new WrongArgumentException(
                option + " (" + text + ") must be a number from 1 to 2147483647");
    }

    private static @Nullable Duration time(ParseResult given, String option)
            throws WrongArgumentException {
        String text = value(given, option);
        if (text == null) {
            return null;
        }
        Duration time = DurationText.parse(option, text);
        if (time.isZero()) {
            throw new WrongArgumentException(
                    option + " (" + text + ") must be positive: leave it out for none");
        }
        return time;
    }

    private static @Nullable String value(ParseResult given, String option) {
        return given.<@Nullable String>matchedOptionValue(option, null);
    }
}
