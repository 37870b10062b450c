package socketserver.benchmark.race;

import socketserver.benchmark.address.Endpoint;
import socketserver.benchmark.address.Family;

import java.io.IOException;
import java.nio.file.Path;

/// What all measurements need.
///
/// @param sockets a folder for Unix sockets; its path must be short
public record Track(
        Settings settings,
        GeneratorProcess generator,
        Results results,
        Progress progress,
        Path sockets) {
    /// {@return an address that is free}
    Endpoint free(Family family) throws IOException {
        return Endpoint.free(family, sockets);
    }

    /// Notes what is not measured.
    void missing(String what, String reason) {
        Missing missing = new Missing(what, reason);
        if (!results.missing().contains(missing)) {
            results.missing().add(missing);
            progress.say(what + ": " + reason);
        }
    }

    /// Notes what failed.
    void missing(String what, IOException failed) {
        missing(what, String.valueOf(failed.getMessage()));
    }
}
