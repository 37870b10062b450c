package socketserver.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;

/// The command `socketserver`.
public final class Main {
    /// The exit code of what has done what it was asked to.
    static final int STOPPED = 0;

    /// The exit code of what cannot listen, or has failed later.
    static final int FAILED = 1;

    /// The exit code of wrong arguments.
    static final int WRONG_ARGUMENTS = 2;

    private Main() {}

    /// Runs the command and ends the JVM with its exit code.
    public static void main(String[] args) {
        System.exit(run(writer(System.out), writer(System.err), args));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, stream.charset());
    }

    /// Runs the command.
    ///
    /// @return the exit code
    static int run(PrintWriter out, PrintWriter err, String... args) {
        try {
            return dispatched(out, err, args);
        } catch (WrongArgumentException wrong) {
            if (wrong.getMessage() != null) {
                err.println(wrong.getMessage());
            }
            return WRONG_ARGUMENTS;
        } catch (ListenException | IOException failed) {
            err.println(failed.getMessage());
            return FAILED;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return FAILED;
        } finally {
            out.flush();
            err.flush();
        }
    }

    private static int dispatched(PrintWriter out, PrintWriter err, String... args)
            throws WrongArgumentException, ListenException, IOException, InterruptedException {
        String command = args.length == 0 ? "" : args[0];
        // What stands behind --exec belongs to that command.
        int ours = Arrays.asList(args).indexOf("--exec");
        var words = Arrays.asList(args).subList(0, ours < 0 ? args.length : ours);
        if (words.contains("--help") || words.contains("-h")) {
            out.print(Help.TEXT);
            return STOPPED;
        }
        if (words.contains("--version")) {
            out.println(Help.version());
            return STOPPED;
        }
        return switch (command) {
            case "serve" -> {
                List<String> rest = List.of(args).subList(1, args.length);
                yield new ServeCommand(rest, CommandSyntax.parse(rest), out, err).run();
            }
            case "completion" -> {
                if (args.length != 2 || !args[1].equals("bash")) {
                    throw new WrongArgumentException(
                            "completion needs the name of a shell: socketserver completion bash");
                }
                out.print(CommandSyntax.bashCompletion());
                yield STOPPED;
            }
            default ->
                    throw new WrongArgumentException(
                            (command.isEmpty()
                                            ? "no command was given"
                                            : "unknown command " + command)
                                    + ": socketserver serve ADDRESS... serves, --help shows more");
        };
    }
}
