package socketserver.request;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/// The sending of a file by reading it: what every system can do.
final class FileCopy {
    private static final int PART = 64 * 1024;

    private FileCopy() {}

    /// Where the bytes go.
    interface Sink {
        /// {@return how many bytes it has taken, at least one}
        int send(ByteBuffer from) throws IOException;
    }

    /// {@return a file that is open for reading}
    ///
    /// @throws FileSystemException if it is not a regular file
    static FileChannel open(Path file) throws IOException {
        // Opening a pipe would wait for its writer.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new FileSystemException(file.toString(), null, "is not a regular file");
        }
        return FileChannel.open(file);
    }

    /// Sends bytes of a file.
    ///
    /// @param count how many; negative is all that it has now
    /// @param sent is told of each part how many bytes it had
    /// @throws EOFException if it has not so many
    static void send(Path file, long from, long count, Sink sink, LongConsumer sent)
            throws IOException {
        try (FileChannel channel = open(file)) {
            long all = count < 0 ? Math.max(0, channel.size() - from) : count;
            ByteBuffer part = ByteBuffer.allocate((int) Math.min(PART, all));
            for (long done = 0; done < all; ) {
                part.clear().limit((int) Math.min(part.capacity(), all - done));
                if (channel.read(part, from + done) <= 0) {
                    throw new EOFException(
                            "%s has ended: %d of %d bytes were sent".formatted(file, done, all));
                }
                part.flip();
                while (part.hasRemaining()) {
                    int taken = sink.send(part);
                    done += taken;
                    sent.accept(taken);
                }
            }
        }
    }
}
