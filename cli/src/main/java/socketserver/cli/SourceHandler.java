package socketserver.cli;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/// The one handler class of a source file, compiled now: `--source FILE.java`.
final class SourceHandler {
    private SourceHandler() {}

    /// {@return the handler of the class in that file}
    ///
    /// @param err where the compiler's messages go
    /// @throws WrongArgumentException if there is none; without a message if the compiler has said
    ///   why
    static UserHandler compile(String file, PrintWriter err)
            throws WrongArgumentException, IOException {
        if (!file.endsWith(".java") || !Files.isRegularFile(Path.of(file))) {
            throw new WrongArgumentException(
                    "--source (" + file + ") must be a Java file: Echo.java, for example");
        }
        CompiledClasses loader = new CompiledClasses(compiled(file, err));
        Thread.currentThread().setContextClassLoader(loader);
        List<Class<?>> handlers = new ArrayList<>();
        for (String name : loader.names()) {
            Class<?> type = loader.loaded(name);
            if (type.getEnclosingClass() == null && UserHandler.isHandler(type)) {
                handlers.add(type);
            }
        }
        if (handlers.size() != 1) {
            throw new WrongArgumentException(
                    "--source ("
                            + file
                            + ") must have one top-level class that extends StreamRequestHandler or"
                            + " DatagramRequestHandler, or implements RequestHandler: it has "
                            + (handlers.isEmpty() ? "none" : names(handlers)));
        }
        return UserHandler.of(handlers.getFirst());
    }

    private static String names(List<Class<?>> types) {
        return String.join(", ", types.stream().map(Class::getSimpleName).toList());
    }

    private static Map<String, byte[]> compiled(String file, PrintWriter err)
            throws WrongArgumentException, IOException {
        ToolProvider compiler =
                ToolProvider.findFirst("javac")
                        .orElseThrow(
                                () ->
                                        new WrongArgumentException(
                                                "--source needs a JDK with the module jdk.compiler;"
                                                        + " this Java ("
                                                        + System.getProperty("java.home")
                                                        + ") has none: use --class"));
        Path folder = Files.createTempDirectory("socketserver");
        try {
            List<String> arguments = new ArrayList<>(List.of("-d", folder.toString()));
            arguments.addAll(List.of("-proc:none", "-g"));
            arguments.addAll(libraryPath());
            arguments.add(file);
            if (compiler.run(err, err, arguments.toArray(String[]::new)) != 0) {
                err.flush();
                throw new WrongArgumentException();
            }
            err.flush();
            return read(folder);
        } finally {
            delete(folder);
        }
    }

    /// The library as a module, so that `import module socketserver` works, wherever it comes from.
    private static List<String> libraryPath() {
        String modulePath = System.getProperty("jdk.module.path", "");
        return List.of("--module-path", modulePath, "--add-modules", "socketserver");
    }

    private static Map<String, byte[]> read(Path folder) throws IOException {
        Map<String, byte[]> classes = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted().toList()) {
                String name = folder.relativize(file).toString();
                if (name.endsWith(".class")) {
                    classes.put(
                            name.substring(0, name.length() - ".class".length())
                                    .replace(file.getFileSystem().getSeparator(), "."),
                            Files.readAllBytes(file));
                }
            }
        }
        return classes;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(
                            file -> {
                                try {
                                    Files.delete(file);
                                } catch (IOException thrown) {
                                    throw new UncheckedIOException(thrown);
                                }
                            });
        }
    }

    /// Classes that were compiled into memory.
    private static final class CompiledClasses extends ClassLoader {
        private final Map<String, byte[]> classes;

        CompiledClasses(Map<String, byte[]> classes) {
            super("source", SourceHandler.class.getClassLoader());
            this.classes = classes;
        }

        Iterable<String> names() {
            return classes.keySet();
        }

        Class<?> loaded(String name) {
            try {
                return loadClass(name);
            } catch (ClassNotFoundException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        // Processes that handle requests ask for them.
        @Override
        public @Nullable InputStream getResourceAsStream(String name) {
            byte[] bytes =
                    name.endsWith(".class")
                            ? classes.get(
                                    name.substring(0, name.length() - ".class".length())
                                            .replace('/', '.'))
                            : null;
            return bytes == null
                    ? super.getResourceAsStream(name)
                    : new ByteArrayInputStream(bytes);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = classes.get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }
}
