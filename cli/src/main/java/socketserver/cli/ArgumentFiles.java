package socketserver.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Arguments that stand in files: `@FILE` is what that file has at the moment.
///
/// Blanks and line ends part them, quotes enclose those that have blanks, and `#` begins a comment.
/// Two of `@` are one that is no file's.
final class ArgumentFiles {
    private ArgumentFiles() {}

    /// {@return whether some of the arguments stand in files}
    static boolean areIn(List<String> args) {
        return ours(args).stream().anyMatch(ArgumentFiles::isFile);
    }

    private static boolean isFile(String arg) {
        return arg.startsWith("@") && !arg.startsWith("@@");
    }

    /// {@return those before the command of `--exec`, to which the rest belongs}
    private static List<String> ours(List<String> args) {
        int exec = args.indexOf(CommandSyntax.EXEC);
        return exec < 0 ? args : args.subList(0, exec);
    }

    /// {@return the arguments with those that the files have}
    ///
    /// @throws WrongArgumentException if a file cannot be read
    static List<String> expanded(List<String> args) throws WrongArgumentException {
        List<String> ours = ours(args);
        if (ours.stream().noneMatch(arg -> arg.startsWith("@"))) {
            return args;
        }
        for (String each : ours) {
            // picocli would take the text itself.
            if (isFile(each) && !isReadable(Path.of(each.substring(1)))) {
                throw new WrongArgumentException(
                        "options (%s) must be a file that can be read; a text that begins with @ is written with two of them"
                                .formatted(each));
            }
        }
        CommandLine line = new CommandLine(CommandSpec.create());
        line.setUnmatchedArgumentsAllowed(true);
        line.setStopAtUnmatched(true);
        List<String> all =
                new ArrayList<>(line.parseArgs(ours.toArray(String[]::new)).expandedArgs());
        all.addAll(args.subList(ours.size(), args.size()));
        return all;
    }

    private static boolean isReadable(Path file) {
        return Files.isReadable(file) && !Files.isDirectory(file);
    }
}
