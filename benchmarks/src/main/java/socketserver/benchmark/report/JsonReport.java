package socketserver.benchmark.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// Results as a file of JSON.
public final class JsonReport {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().serializeSpecialFloatingPointValues().create();

    private JsonReport() {}

    /// Writes them.
    public static void write(Object results, Path file) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
        Files.writeString(file, GSON.toJson(results) + "\n");
    }

    /// {@return those that were written there}
    public static <T> T read(Path file, Class<T> type) throws IOException {
        return Objects.requireNonNull(GSON.fromJson(Files.readString(file), type));
    }
}
