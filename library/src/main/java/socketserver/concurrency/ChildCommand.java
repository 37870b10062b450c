package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// The command that starts a child: this JVM's program files, class path, module path and options
/// of modules, and what makes a JVM small and quick to start.
final class ChildCommand {
    private static final List<String> LEAN =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Xms16m",
                    "-XX:-UsePerfData",
                    "-XX:+DisplayVMOutputToStderr");
    // Those that decide which classes and modules a program sees.
    private static final Set<String> OF_MODULES =
            Set.of(
                    "--add-exports",
                    "--add-modules",
                    "--add-opens",
                    "--add-reads",
                    "--limit-modules",
                    "--patch-module",
                    "--upgrade-module-path");

    private final List<String> options;
    private final List<String> main;
    private final ChildCache cache;

    private ChildCommand(List<String> options, List<String> main, ChildCache cache) {
        this.options = options;
        this.main = main;
        this.cache = cache;
    }

    static ChildCommand of(ChildSettings settings) {
        Module ours = ChildProgram.class.getModule();
        String modulePath = System.getProperty("jdk.module.path", "");
        String classPath = classPath(ours.isNamed());
        List<String> options = new ArrayList<>(LEAN);
        for (String name : settings.systemProperties()) {
            String value = System.getProperty(name);
            if (value != null) {
                options.add("-D" + name + "=" + value);
            }
        }
        options.addAll(settings.javaOptions());
        if (!classPath.isEmpty()) {
            options.addAll(List.of("-cp", classPath));
        }
        if (!modulePath.isEmpty()) {
            options.addAll(moduleOptions());
            options.addAll(
                    List.of("--module-path", modulePath, "--add-modules", "ALL-MODULE-PATH"));
        }
        options.add(
                "--enable-native-access="
                        + (ours.isNamed() ? ours.getName() + "," : "")
                        + "ALL-UNNAMED");
        String program = ChildProgram.class.getName();
        List<String> main =
                ours.isNamed()
                        ? List.of("--module", ours.getName() + "/" + program)
                        : List.of(program);
        ChildCache cache =
                ChildCache.of(ChildCache.folder(), options, List.of(classPath, modulePath));
        return new ChildCommand(options, main, cache);
    }

    /// {@return the command that starts a child}
    ///
    /// @param arguments those of [ChildProgram]
    List<String> with(List<String> arguments) {
        return command(cache.options(), arguments);
    }

    /// Lets the cache be made with which children start sooner, unless there is one.
    void makeCache(Travel.Packed rehearsal) {
        cache.make(output -> command(output, List.of()), rehearsal);
    }

    private List<String> command(List<String> ofCache, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ofCache);
        command.addAll(options);
        command.addAll(main);
        command.addAll(arguments);
        return command;
    }

    private static String classPath(boolean asModule) {
        String path = System.getProperty("java.class.path", "");
        Path own = asModule ? null : ownLocation();
        if (own == null
                || Arrays.stream(path.split(File.pathSeparator))
                        .anyMatch(entry -> Path.of(entry).toAbsolutePath().equals(own))) {
            return path;
        }
        // A class loader of the program's has loaded us.
        return path.isEmpty() ? own.toString() : path + File.pathSeparator + own;
    }

    private static @Nullable Path ownLocation() {
        CodeSource source = ChildCommand.class.getProtectionDomain().getCodeSource();
        try {
            return source == null ? null : Path.of(source.getLocation().toURI());
        } catch (URISyntaxException
                | IllegalArgumentException
                | FileSystemNotFoundException nested) {
            return null;
        }
    }

    /// {@return the options of modules that this JVM was started with}
    private static List<String> moduleOptions() {
        List<String> options = new ArrayList<>();
        List<String> own = ownArguments();
        for (int i = 0; i < own.size(); i++) {
            String argument = own.get(i);
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (OF_MODULES.contains(name)) {
                options.add(argument);
                if (equals < 0 && i + 1 < own.size()) {
                    options.add(own.get(++i));
                }
            } else if (argument.equals("--enable-preview")) {
                options.add(argument);
            } else if (name.equals("-m") || name.equals("--module") || argument.equals("-jar")) {
                break;
            }
        }
        return options;
    }

    private static List<String> ownArguments() {
        List<String> arguments = new ArrayList<>();
        try {
            String line = Files.readString(Path.of("/proc/self/cmdline"));
            for (String argument : line.split("\0", -1)) {
                if (argument.startsWith("@")) {
                    Path file = Path.of(argument.substring(1));
                    arguments.addAll(ArgumentFile.arguments(Files.readString(file)));
                } else {
                    arguments.add(argument);
                }
            }
        } catch (IOException hidden) {
            return List.of();
        }
        return arguments;
    }
}
