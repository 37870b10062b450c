package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// The bytes of a file, which another thread reads, so that the loop does not wait for the disk.
///
/// One part at a time is read, or waits to be sent.
final class FileSource implements OutputQueue.Source {
    private static final int PART = 64 * 1024;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final FramedConnection<?> connection;
    private final Path file;
    private final FileChannel channel;
    private final long start;
    private final long length;
    // The reading thread's, and before and after that the loop's.
    private long done;
    // Guarded by this.
    private @Nullable ByteBuffer part;
    private @Nullable IOException failure;
    private boolean reading;

    private FileSource(
            FramedConnection<?> connection, Path file, FileChannel channel, long start, long count)
            throws IOException {
        this.connection = connection;
        this.file = file;
        this.channel = channel;
        this.start = start;
        length = count < 0 ? Math.max(0, channel.size() - start) : count;
    }

    /// {@return the bytes of an open file, which is closed behind them}
    ///
    /// @param count how many bytes; negative is all that it has now
    static FileSource of(
            FramedConnection<?> connection, FileChannel opened, Path file, long start, long count)
            throws IOException {
        try {
            return new FileSource(connection, file, opened, start, count);
        } catch (Throwable thrown) {
            opened.close();
            throw thrown;
        }
    }

    /// {@return how many bytes it will be}
    long length() {
        return length;
    }

    @Override
    public synchronized @Nullable ByteBuffer next() throws IOException {
        IOException failed = failure;
        if (failed != null) {
            throw failed;
        }
        ByteBuffer read = part;
        part = null;
        if (read != null) {
            return read;
        }
        if (done == length) {
            channel.close();
            return null;
        }
        if (!reading) {
            reading = true;
            Thread.startVirtualThread(this::read);
        }
        return NOTHING;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException unreported) {
            // It was only read.
        }
    }

    private void read() {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(PART, length - done));
        IOException failed = null;
        try {
            int count = channel.read(bytes, start + done);
            if (count <= 0) {
                throw new EOFException(
                        "%s has ended: %d of %d bytes were sent".formatted(file, done, length));
            }
        } catch (IOException thrown) {
            failed = thrown;
        }
        synchronized (this) {
            reading = false;
            failure = failed;
            part = bytes.flip();
            done += bytes.remaining();
        }
        connection.loop().execute(connection::flush);
    }
}
