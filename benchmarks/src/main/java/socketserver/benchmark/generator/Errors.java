package socketserver.benchmark.generator;

import java.io.IOException;

/// Turns the kernel's negative results into exceptions.
final class Errors {
    private Errors() {}

    static void check(String call, int result) throws IOException {
        if (result < 0) {
            throw new IOException(call + ": " + Linux.strerror(-result));
        }
    }
}
