package socketserver.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

final class ChildCacheTest {
    @TempDir Path folder;

    private Path jar;

    @BeforeEach
    void makeJar() throws IOException {
        jar = Files.createFile(folder.resolve("program.jar"));
    }

    private ChildCache of(String... options) {
        return ChildCache.of(folder, List.of(options), List.of(jar.toString(), ""));
    }

    /// {@return the option of the process that makes it, or null if nobody does}
    private static @Nullable String output(ChildCache cache) throws IOException {
        List<String> maker = cache.maker(options -> options);
        return maker.isEmpty() ? null : maker.getLast();
    }

    private static Path file(ChildCache cache) throws IOException {
        String made = requireNonNull(output(cache)).substring("-XX:AOTCacheOutput=".length());
        return Path.of(made.substring(0, made.lastIndexOf('.')));
    }

    @Test
    void isUsedWhereItWasMade() throws Exception {
        ChildCache cache = of();
        assertThat(cache.options()).isEmpty();
        Path file = file(cache);
        Files.writeString(file, "classes");
        assertThat(cache.options()).contains("-XX:AOTCache=" + file);
    }

    @Test
    void isNotMadeTwiceByOneProcess() throws Exception {
        assertThat(output(of())).isNotNull();
        assertThat(output(of())).isNull();
    }

    @Test
    void isOfTheJarsAndTheOptionsButNotOfTheProperties() throws Exception {
        Path file = file(of("-Dport=1"));
        Files.writeString(file, "classes");
        assertThat(of("-Dport=2").options()).isNotEmpty();
        assertThat(of("-Xmx1g").options()).isEmpty();
        Files.setLastModifiedTime(jar, FileTime.fromMillis(0));
        assertThat(of().options()).isEmpty();
    }

    @Test
    void isNotUsedIfItCouldNotBeMade() throws Exception {
        ChildCache cache = of();
        Files.createFile(file(cache));
        assertThat(cache.options()).isEmpty();
    }

    @Test
    void isNotUsedIfOthersCouldHaveWrittenIt() throws Exception {
        ChildCache cache = of();
        Files.writeString(file(cache), "classes");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwx---"));
        assertThat(cache.options()).isEmpty();
    }

    @Test
    void isNotMadeForFolders() throws Exception {
        assertThat(output(ChildCache.of(folder, List.of(), List.of(folder.toString())))).isNull();
    }

    @Test
    void isTheProgramsOwnBusinessIfItSaysSo() throws Exception {
        assertThat(output(of("-XX:AOTMode=off"))).isNull();
        assertThat(output(of("-Xshare:off"))).isNull();
    }

    @Test
    void makesRoomForItself() throws Exception {
        for (int i = 0; i < 12; i++) {
            Path old = Files.createFile(folder.resolve("child-" + i + ".aot"));
            Files.setLastModifiedTime(old, FileTime.fromMillis(i));
        }
        assertThat(output(of())).isNotNull();
        assertThat(folder.resolve("child-0.aot")).doesNotExist();
        assertThat(folder.resolve("child-11.aot")).exists();
    }
}
