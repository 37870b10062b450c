package socketserver.benchmark.generator;

import java.io.IOException;

/// A way to ask a server.
interface Load {
    /// Asks until the recorder has enough.
    void run(Recorder recorder) throws IOException;
}
