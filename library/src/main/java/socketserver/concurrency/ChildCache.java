package socketserver.concurrency;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// The file from which the JVM of a child takes its classes, loaded and linked (JEP 483, JEP 514):
/// made once for an installation, by a process that rehearses and ends, and used by all that are
/// started later.
///
/// It is in the user's cache folder (`XDG_CACHE_HOME`, else `~/.cache`), by a name that says the
/// JVM, its options and the jars. A class path with folders has none: the JVM takes jars only.
final class ChildCache {
    private static final String SUFFIX = ".aot";
    private static final int MOST_FILES = 10;
    // One that does not fit after all is no matter for the program's output.
    private static final List<String> QUIET =
            List.of(
                    "-Xlog:disable",
                    "-Xlog:all=warning:stderr",
                    "-Xlog:aot=off:stderr",
                    "-Xlog:cds=off:stderr");
    // Options by which a program sees to such a file itself, or wants none.
    private static final List<String> OF_CACHES =
            List.of("-XX:AOT", "-XX:SharedArchiveFile", "-XX:ArchiveClassesAtExit", "-Xshare");
    // Runs a command without a word. An empty file stands for one that could not be made.
    private static final String SCRIPT =
            """
            made=$0 file=$1
            shift
            "$@" && [ -s "$made" ] || : >"$made"
            rm -f "$made.config"
            mv "$made" "$file"
            """;
    // Those that this process has had made.
    private static final Set<Path> BEGUN = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final @Nullable Path file;

    private ChildCache(Path folder, @Nullable Path file) {
        this.folder = folder;
        this.file = file;
    }

    /// {@return the cache of children that are started so}
    ///
    /// @param folder where it is
    /// @param options of the JVM
    /// @param paths the class path and the module path
    static ChildCache of(Path folder, List<String> options, List<String> paths) {
        boolean hasOwn =
                options.stream()
                        .anyMatch(option -> OF_CACHES.stream().anyMatch(option::startsWith));
        try {
            String name = "child-" + name(options, paths) + SUFFIX;
            return new ChildCache(folder, hasOwn ? null : folder.resolve(name));
        } catch (IOException none) {
            return new ChildCache(folder, null);
        }
    }

    /// {@return the user's folder for them}
    static Path folder() {
        String base = System.getenv("XDG_CACHE_HOME");
        Path cache =
                base == null || !Path.of(base).isAbsolute()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(base);
        return cache.resolve("socketserver");
    }

    private static String name(List<String> options, List<String> paths) throws IOException {
        MessageDigest digest = sha256();
        List<String> parts = new ArrayList<>();
        parts.add(System.getProperty("java.vm.version", ""));
        parts.add(System.getProperty("java.home", ""));
        // Properties make no difference to it, and may be others each time.
        options.stream().filter(option -> !option.startsWith("-D")).forEach(parts::add);
        for (String path : paths) {
            for (String entry : path.split(File.pathSeparator, -1)) {
                if (!path.isEmpty()) {
                    parts.add(version(Path.of(entry)));
                }
            }
        }
        digest.update(String.join("\n", parts).getBytes(UTF_8));
        return HexFormat.of().formatHex(digest.digest(), 0, 12);
    }

    private static String version(Path entry) throws IOException {
        if (Files.isDirectory(entry)) {
            throw new NoSuchFileException(entry.toString(), null, "not a jar");
        }
        String content =
                Files.exists(entry)
                        ? Files.size(entry) + " " + Files.getLastModifiedTime(entry)
                        : "none";
        return entry.toAbsolutePath() + " " + content;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// {@return the options that let a child use it, none if it is not there}
    List<String> options() {
        if (file == null) {
            return List.of();
        }
        try {
            if (Files.size(file) == 0 || !isOurs()) {
                return List.of();
            }
        } catch (IOException notThere) {
            return List.of();
        }
        List<String> options = new ArrayList<>(QUIET);
        options.add("-XX:AOTCache=" + file);
        return options;
    }

    // What is in it is code.
    private boolean isOurs() throws IOException {
        PosixFileAttributes found = Files.readAttributes(folder, PosixFileAttributes.class);
        Set<PosixFilePermission> others =
                Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
        return found.owner().equals(Files.getOwner(Path.of("/proc/self")))
                && found.permissions().stream().noneMatch(others::contains);
    }

    /// Lets another process make it, unless it is there or was tried.
    ///
    /// @param command what starts a child that only rehearses, with the options that it is given
    /// @param rehearsal what it reads
    void make(UnaryOperator<List<String>> command, Travel.Packed rehearsal) {
        try {
            List<String> maker = maker(command);
            if (maker.isEmpty()) {
                return;
            }
            Process process =
                    new ProcessBuilder(maker)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            // It reads when it gets a processor, which may be late.
            Thread.ofPlatform()
                    .daemon()
                    .name("socketserver-child-cache")
                    .start(() -> send(rehearsal, process));
        } catch (IOException | UnsupportedOperationException notMade) {
            // Children start without it.
        }
    }

    private static void send(Travel.Packed rehearsal, Process maker) {
        try (OutputStream out = maker.getOutputStream()) {
            out.write(rehearsal.bytes());
        } catch (IOException ended) {
            // Children start without it.
        }
    }

    /// {@return what makes it, or nothing if nobody shall}
    List<String> maker(UnaryOperator<List<String>> command) throws IOException {
        if (file == null || Files.exists(file) || !BEGUN.add(file)) {
            return List.of();
        }
        var forUs = PosixFilePermissions.fromString("rwx------");
        Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(forUs));
        if (!isOurs()) {
            return List.of();
        }
        removeOldest();
        String made = file + "." + ProcessHandle.current().pid();
        List<String> all = new ArrayList<>(List.of("nice", "-n", "19", "sh", "-c", SCRIPT));
        all.addAll(List.of(made, file.toString()));
        all.addAll(command.apply(List.of("-XX:AOTCacheOutput=" + made)));
        return all;
    }

    /// Makes room: each program, and each version of it, has one.
    private void removeOldest() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> oldestLast =
                    all.sorted(Comparator.comparingLong(ChildCache::time).reversed()).toList();
            for (Path old : oldestLast.stream().skip(MOST_FILES - 1).toList()) {
                Files.deleteIfExists(old);
            }
        }
    }

    private static long time(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException gone) {
            return 0;
        }
    }
}
