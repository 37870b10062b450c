package socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import socketserver.request.UnixAddress;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;

/// The file that a Unix socket is bound to: cleared before, and removed after only if it is still
/// the same file.
final class UnixPath {
    // Of st_mode, inode(7).
    private static final int FORMAT = 0xF000;
    private static final int SOCKET = 0xC000;

    private final Path path;
    private final Object identity;

    /// Takes the path of a socket that was just bound, and gives it the permissions if there are
    /// any.
    private UnixPath(Path path, @Nullable Set<PosixFilePermission> permissions) throws IOException {
        this.path = path;
        identity = identity(path);
        if (permissions != null) {
            try {
                Files.setPosixFilePermissions(path, permissions);
            } catch (Throwable thrown) {
                Files.delete(path);
                throw thrown;
            }
        }
    }

    /// Something that binds a socket.
    interface Binding {
        void bind() throws IOException;
    }

    /// Binds a socket to the address, replacing a socket file that nobody listens on any more.
    ///
    /// @return the file, or null if the address is not a path
    /// @throws BindException if the path is in use, is not a socket, or has no name in UTF-8
    static @Nullable UnixPath bind(
            UnixAddress address, @Nullable Set<PosixFilePermission> permissions, Binding binding)
            throws IOException {
        Path path = address.path();
        if (path == null) {
            binding.bind();
            return null;
        }
        if (!Arrays.equals(address.name().getBytes(UTF_8), address.bytes())) {
            throw new BindException(
                    "the bytes of path %s are not UTF-8: its file could not be removed at close"
                            .formatted(path));
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            removeStale(path);
        }
        binding.bind();
        return new UnixPath(path, permissions);
    }

    /// {@return the file of a socket that is bound already, or null if there is none}
    static @Nullable UnixPath of(UnixAddress address) throws IOException {
        Path path = address.path();
        return path == null || !Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                ? null
                : new UnixPath(path, null);
    }

    private static void removeStale(Path path) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!isSocket(path, attributes)) {
            throw new BindException(path + " exists and is not a socket: remove it first");
        }
        Object dead = Objects.requireNonNull(attributes.fileKey());
        if (isLive(path)) {
            throw new BindException("address already in use: a server answers at " + path);
        }
        removeIf(path, dead);
    }

    private static boolean isSocket(Path path, BasicFileAttributes attributes) throws IOException {
        try {
            int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & FORMAT) == SOCKET;
        } catch (UnsupportedOperationException elsewhere) {
            // There, nothing else is neither a file nor a folder nor a link.
            return attributes.isOther();
        }
    }

    private static boolean isLive(Path path) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // It would wait for a server whose backlog is full.
            probe.configureBlocking(false);
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException refused) {
            return false;
        } catch (SocketException answered) {
            // EAGAIN: its backlog is full; EPROTOTYPE: it takes datagrams; EACCES: it is another's.
            return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        }
    }

    /// Removes the path if it is that file. It is renamed first, so that another server that has
    /// just replaced the file itself gets its own back.
    private static void removeIf(Path path, Object dead) throws IOException {
        Path aside = path.resolveSibling(path.getFileName() + "." + ProcessHandle.current().pid());
        Files.move(path, aside);
        if (!identity(aside).equals(dead)) {
            Files.move(aside, path);
            throw new BindException(
                    "address already in use: another server has just taken " + path);
        }
        Files.delete(aside);
    }

    private static Object identity(Path path) throws IOException {
        return Objects.requireNonNull(
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .fileKey());
    }

    /// Removes the file if it is still the one that was bound.
    void remove() throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && identity(path).equals(identity)) {
            Files.deleteIfExists(path);
        }
    }
}
