package socketserver.cli;

import org.jspecify.annotations.Nullable;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

import socketserver.ServerOptions;
import socketserver.concurrency.ConcurrencyModel;
import socketserver.tls.TlsSettings;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The options and parameters of `serve`, and what they mean.
///
/// They are told to picocli by its programmatic model: reading annotations would more than double
/// the time that the command takes to start.
final class CommandSyntax {
    /// The option whose command has all arguments that follow.
    static final String EXEC = "--exec";

    private static final int LONGEST_PACKET = 65_535;

    private static final String[] MODELS = {"threading", "synchronous", "forking", "selector"};

    private CommandSyntax() {}

    private static CommandSpec serve() {
        CommandSpec serve = CommandSpec.create();
        LimitSyntax.addTo(serve);
        TlsSyntax.addTo(serve);
        return serve.name("serve")
                .addOption(option("--handler", names(BuiltIn.values())).build())
                .addOption(option(EXEC).arity("1..*").build())
                .addOption(option("--class").build())
                .addOption(option("--classpath").type(File.class).build())
                .addOption(option("--source").type(File.class).build())
                .addOption(option("--model", List.of(MODELS)).build())
                .addOption(option("--drain").build())
                .addOption(option("--unready").build())
                .addOption(option("--upgrade").build())
                .addOption(option("--status").build())
                .addOption(option("--status-token").build())
                .addPositional(
                        PositionalParamSpec.builder()
                                .paramLabel("ADDRESS")
                                .arity("0..*")
                                .type(List.class)
                                .auxiliaryTypes(String.class)
                                .build());
    }

    private static OptionSpec.Builder option(String name) {
        return OptionSpec.builder(name).arity("1").type(String.class);
    }

    private static OptionSpec.Builder option(String name, List<String> values) {
        return option(name).completionCandidates(values);
    }

    /// {@return a script that completes the command's arguments in bash}
    static String bashCompletion() {
        CommandSpec completion =
                CommandSpec.create()
                        .name("completion")
                        .addPositional(
                                PositionalParamSpec.builder()
                                        .completionCandidates(List.of("bash"))
                                        .build());
        CommandSpec root =
                CommandSpec.create()
                        .name("socketserver")
                        .addOption(OptionSpec.builder("--help").build())
                        .addOption(OptionSpec.builder("--version").build())
                        .addSubcommand("serve", serve())
                        .addSubcommand("completion", completion);
        return AutoComplete.bash("socketserver", new CommandLine(root));
    }

    /// {@return what the arguments after the word `serve` ask for}
    ///
    /// @param given some of which may stand in files
    static ServeOptions parse(List<String> given) throws WrongArgumentException {
        String[] args = ArgumentFiles.expanded(given).toArray(String[]::new);
        // picocli would take the options of the command for ours.
        int exec = Arrays.asList(args).indexOf(EXEC);
        List<String> command = exec < 0 ? null : Arrays.asList(args).subList(exec + 1, args.length);
        ParseResult result = parsed(exec < 0 ? args : Arrays.copyOf(args, exec));
        requireOneHandler(result, command);
        String model = choice(result, "--model", MODELS);
        List<Endpoint> endpoints = endpoints(result);
        TlsSettings tls = TlsSyntax.settings(result, endpoints);
        return new ServeOptions(
                endpoints,
                model,
                model(model, command),
                BuiltIn.valueOf(upperCase(choice(result, "--handler", names(BuiltIn.values())))),
                command,
                text(result, "--class"),
                file(result, "--classpath", "."),
                result.hasMatchedOption("--source") ? file(result, "--source", "") : null,
                serverOptions(result, command != null).withTls(tls),
                DurationText.parse("--drain", text(result, "--drain", "10s")),
                DurationText.parse("--unready", text(result, "--unready", "0s")),
                DurationText.parse("--upgrade", text(result, "--upgrade", "60s")),
                StatusOptions.parse(text(result, "--status"), text(result, "--status-token")));
    }

    private static ConcurrencyModel model(String name, @Nullable List<String> command)
            throws WrongArgumentException {
        if (name.equals("forking") && command != null) {
            throw new WrongArgumentException(
                    "--model (forking) does not go with --exec: each command is a process of its"
                            + " own anyway");
        }
        return switch (name) {
            // The JVM lives until the command returns: no thread has to keep it alive.
            case "threading" -> ConcurrencyModel.threading().withDaemonThreads(true);
            case "forking" -> ConcurrencyModel.forking();
            case "selector" -> ConcurrencyModel.selector();
            default -> ConcurrencyModel.synchronous();
        };
    }

    private static ParseResult parsed(String[] args) throws WrongArgumentException {
        CommandLine line = new CommandLine(serve());
        // That was done before.
        line.setExpandAtFiles(false);
        line.setInterpolateVariables(false);
        try {
            return line.parseArgs(args);
        } catch (ParameterException wrong) {
            throw new WrongArgumentException(explained(wrong));
        }
    }

    private static String explained(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            List<String> similar = unmatched.getSuggestions();
            return "unknown option "
                    + unmatched.getUnmatched().getFirst()
                    + ": "
                    + (similar.isEmpty()
                            ? "--help shows all"
                            : "did you mean " + String.join(" or ", similar) + "?");
        }
        if (wrong instanceof OverwrittenOptionException twice) {
            return name(twice.getOverwritten()) + " was given twice: it takes one value";
        }
        if (wrong instanceof MissingParameterException missing && !missing.getMissing().isEmpty()) {
            return name(missing.getMissing().getFirst()) + " needs a value: --help shows which";
        }
        return "wrong arguments (" + wrong.getMessage() + "): --help shows the right ones";
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    private static void requireOneHandler(ParseResult result, @Nullable List<String> command)
            throws WrongArgumentException {
        List<String> given = new ArrayList<>();
        for (String option : List.of("--handler", "--class", "--source")) {
            if (result.hasMatchedOption(option)) {
                given.add(option);
            }
        }
        if (command != null) {
            given.add(EXEC);
        }
        if (given.size() > 1) {
            throw new WrongArgumentException(
                    String.join(" and ", given) + " were given: only one of them can serve");
        }
        if (result.hasMatchedOption("--classpath") && !result.hasMatchedOption("--class")) {
            throw new WrongArgumentException(
                    "--classpath was given without --class: add the name of the handler class");
        }
    }

    private static List<Endpoint> endpoints(ParseResult result) throws WrongArgumentException {
        List<Endpoint> endpoints = new ArrayList<>();
        PassedSockets passed = PassedSockets.all();
        for (String text : result.matchedPositionalValue(0, List.<String>of())) {
            endpoints.addAll(Endpoint.parseAll(text, passed));
        }
        var _ = Inetd.of(endpoints);
        if (endpoints.isEmpty()) {
            throw new WrongArgumentException(
                    "no address was given: add one, tcp://127.0.0.1:8000 for example");
        }
        return endpoints;
    }

    private static ServerOptions serverOptions(ParseResult result, boolean exec)
            throws WrongArgumentException {
        return LimitSyntax.options(result, exec)
                .withSocket(socket -> socket.withMaxPacketSize(LONGEST_PACKET))
                .withBlockOnClose(false);
    }

    /// {@return the option's value, the first of the possible ones if it was not given}
    private static String choice(ParseResult result, String option, List<String> possible)
            throws WrongArgumentException {
        String given = text(result, option, possible.getFirst());
        if (!possible.contains(given)) {
            throw new WrongArgumentException(
                    option + " (" + given + ") must be one of " + String.join(", ", possible));
        }
        return given;
    }

    private static String choice(ParseResult result, String option, String... possible)
            throws WrongArgumentException {
        return choice(result, option, List.of(possible));
    }

    private static @Nullable String text(ParseResult result, String option) {
        return result.<@Nullable String>matchedOptionValue(option, null);
    }

    private static String text(ParseResult result, String option, String absent) {
        return result.matchedOptionValue(option, absent);
    }

    private static String file(ParseResult result, String option, String absent) {
        return result.matchedOptionValue(option, new File(absent)).getPath();
    }

    private static List<String> names(Enum<?>[] values) {
        List<String> names = new ArrayList<>();
        for (Enum<?> value : values) {
            names.add(value.name().toLowerCase(Locale.ROOT));
        }
        return names;
    }

    private static String upperCase(String text) {
        return text.toUpperCase(Locale.ROOT);
    }
}
