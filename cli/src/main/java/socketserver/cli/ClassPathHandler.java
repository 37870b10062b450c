package socketserver.cli;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A handler class on a class path: `--class NAME --classpath PATH`.
final class ClassPathHandler {
    private ClassPathHandler() {}

    /// {@return the handler of that class}
    ///
    /// @param name the class's full name
    /// @param classPath folders and jars, separated as in the JDK's own class path
    static UserHandler load(String name, String classPath) throws WrongArgumentException {
        List<URL> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            entries.add(url(entry));
        }
        // Open as long as the process lives: its classes are loaded when they are needed.
        URLClassLoader loader =
                new URLClassLoader(
                        entries.toArray(URL[]::new), ClassPathHandler.class.getClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        try {
            return UserHandler.of(Class.forName(name, true, loader));
        } catch (ClassNotFoundException | LinkageError missing) {
            throw new WrongArgumentException(
                    "class ("
                            + name
                            + ") was not loaded from "
                            + classPath
                            + ": "
                            + (missing instanceof LinkageError ? missing : "no such class")
                            + "; give its full name, and its folder or jar by --classpath");
        }
    }

    private static URL url(String entry) throws WrongArgumentException {
        Path path = Path.of(entry);
        if (!Files.exists(path)) {
            throw new WrongArgumentException(
                    "--classpath (" + entry + ") does not exist: it must be folders and jars");
        }
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
