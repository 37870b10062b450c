package socketserver.transport;

import static socketserver.posix.Constants.O_CLOEXEC;
import static socketserver.posix.Constants.O_NONBLOCK;
import static socketserver.posix.Constants.O_RDONLY;
import static socketserver.posix.Constants.SEEK_END;
import static socketserver.posix.Errno.EACCES;
import static socketserver.posix.Errno.ENOENT;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.jspecify.annotations.Nullable;

import socketserver.posix.Libc;
import socketserver.posix.Scratch;
import socketserver.posix.SystemCallException;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// A part of a file on its way into a socket, by `sendfile(2)`: opened by the first send.
///
/// One thread at a time uses it.
final class LinuxFile implements AutoCloseable {
    private static final long CHUNK = 1 << 20;
    private static final Charset ENCODING = Charset.forName(System.getProperty("sun.jnu.encoding"));

    private final Path file;
    private final byte[] name;
    private final long from;
    // Negative until it is known.
    private long count;
    private long sent;
    // Negative before it is opened.
    private int descriptor = -1;

    private LinuxFile(Path file, byte[] name, long from, long count) {
        this.file = file;
        this.name = name;
        this.from = from;
        this.count = count;
    }

    /// {@return that part of a file, or null if it is of another file system of Java's or has a
    /// name that Java can say in bytes only}
    ///
    /// @param count how many bytes; negative is all that the file has when it is opened
    static @Nullable LinuxFile of(Path file, long from, long count) {
        if (!file.getFileSystem().equals(FileSystems.getDefault())) {
            return null;
        }
        Path absolute = file.toAbsolutePath();
        byte[] name = absolute.toString().getBytes(ENCODING);
        return Path.of(new String(name, ENCODING)).equals(absolute)
                ? new LinuxFile(file, name, from, count)
                : null;
    }

    /// {@return whether all was sent}
    boolean isSent() {
        return sent == count;
    }

    /// {@return whether some of it was sent}
    boolean isBegun() {
        return sent > 0;
    }

    /// Sends what there is room for, but no more than a mebibyte; on a thread that may wait for the
    /// disk.
    ///
    /// `sendfile(2)` knows no `MSG_NOSIGNAL`: the JVM ignores `SIGPIPE`.
    ///
    /// @return how many bytes, or the negative error number
    /// @throws EOFException if the file has become too short
    long send(int socket) throws IOException {
        if (descriptor < 0) {
            open();
        }
        if (isSent()) {
            return 0;
        }
        long result;
        try (Scratch scratch = Scratch.take()) {
            MemorySegment offset = scratch.memory();
            offset.set(JAVA_LONG, 0, from + sent);
            result = Libc.sendfile(socket, descriptor, offset, Math.min(count - sent, CHUNK));
        }
        if (result == 0) {
            throw new EOFException(
                    "%s has ended: %d of %d bytes were sent".formatted(file, sent, count));
        }
        sent += Math.max(0, result);
        return result;
    }

    private void open() throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new FileSystemException(file.toString(), null, "is not a regular file");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocate(name.length + 1L);
            path.copyFrom(MemorySegment.ofArray(name));
            // A pipe that has taken the place of the file meanwhile would wait for its writer.
            descriptor = Libc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        }
        if (descriptor == ENOENT.result()) {
            throw new NoSuchFileException(file.toString());
        }
        if (descriptor == EACCES.result()) {
            throw new AccessDeniedException(file.toString());
        }
        SystemCallException.check(descriptor, "open", file);
        if (count < 0) {
            count = Math.max(0, Libc.lseek(descriptor, 0, SEEK_END) - from);
        }
    }

    @Override
    public void close() {
        if (descriptor >= 0) {
            Libc.close(descriptor);
        }
    }
}
