package socketserver.benchmark.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

import socketserver.benchmark.race.Results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// The results as a file of JSON.
public final class JsonReport {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().serializeSpecialFloatingPointValues().create();

    private JsonReport() {}

    /// Writes them.
    public static void write(Results results, Path file) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
        Files.writeString(file, GSON.toJson(results) + "\n");
    }

    /// {@return those that were written there}
    public static Results read(Path file) throws IOException {
        return Objects.requireNonNull(GSON.fromJson(Files.readString(file), Results.class));
    }
}
