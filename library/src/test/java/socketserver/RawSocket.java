package socketserver;

import static socketserver.posix.Constants.AF_INET;
import static socketserver.posix.Constants.AF_INET6;
import static socketserver.posix.Constants.AF_UNIX;
import static socketserver.posix.Constants.F_GETFL;
import static socketserver.posix.Constants.O_NONBLOCK;
import static socketserver.posix.SystemCallException.check;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import socketserver.posix.Libc;
import socketserver.posix.Scratch;
import socketserver.request.UnixAddress;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/// A socket as a service manager or another server would make it, and leave it to us by its number.
final class RawSocket implements AutoCloseable {
    private static final int F_GETFD = 1;

    private final int number;
    private final Path link;
    private final String identity;

    private RawSocket(int number) throws IOException {
        this.number = number;
        link = Path.of("/proc/self/fd/" + number);
        identity = Files.readSymbolicLink(link).toString();
    }

    static RawSocket open(int domain, int type) throws IOException {
        return new RawSocket(check(Libc.socket(domain, type, 0), "socket", null));
    }

    /// {@return one that is bound to a free port of the loopback interface}
    static RawSocket loopback(int domain, int type) throws IOException {
        RawSocket socket = open(domain, type);
        try (Scratch scratch = Scratch.take()) {
            MemorySegment address = scratch.memory();
            address.fill((byte) 0);
            address.set(JAVA_SHORT, 0, (short) domain);
            if (domain == AF_INET) {
                address.set(JAVA_BYTE, 4, (byte) 127);
            }
            address.set(JAVA_BYTE, domain == AF_INET ? 7 : 23, (byte) 1);
            check(Libc.bind(socket.number, address, domain == AF_INET6 ? 28 : 16), "bind", null);
        }
        return socket;
    }

    /// {@return the port of an IPv4 socket}
    int port() throws IOException {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment length = scratch.memory();
            MemorySegment address = length.asSlice(8, 16);
            length.set(JAVA_INT, 0, 16);
            check(Libc.getsockname(number, address, length), "getsockname", null);
            return Short.toUnsignedInt(Short.reverseBytes(address.get(JAVA_SHORT, 2)));
        }
    }

    /// {@return the connection of the next client, as inetd hands it over}
    RawSocket accept() throws IOException {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment length = scratch.memory();
            length.set(JAVA_INT, 0, 16);
            return new RawSocket(
                    check(Libc.accept4(number, length.asSlice(8, 16), length, 0), "accept4", null));
        }
    }

    static RawSocket unix(Path path, int type) throws IOException {
        return open(AF_UNIX, type).bound(UnixAddress.of(path));
    }

    RawSocket bound(UnixAddress address) throws IOException {
        try (Scratch scratch = Scratch.take()) {
            int length = write(address, scratch.memory());
            check(Libc.bind(number, scratch.memory(), length), "bind", address);
        }
        return this;
    }

    /// Writes a `struct sockaddr_un`.
    ///
    /// @return how many bytes it has
    static int write(UnixAddress address, MemorySegment into) {
        byte[] name = address.bytes();
        into.set(JAVA_SHORT, 0, (short) AF_UNIX);
        into.set(JAVA_BYTE, 2, (byte) 0);
        into.set(JAVA_BYTE, 2 + name.length, (byte) 0);
        MemorySegment.copy(name, 0, into, JAVA_BYTE, address.isAbstract() ? 3 : 2, name.length);
        return 2 + name.length + 1;
    }

    RawSocket listening() throws IOException {
        check(Libc.listen(number, 16), "listen", null);
        return this;
    }

    RawSocket connected(UnixAddress address) throws IOException {
        try (Scratch scratch = Scratch.take()) {
            int length = write(address, scratch.memory());
            check(Libc.connect(number, scratch.memory(), length), "connect", address);
        }
        return this;
    }

    int number() {
        return number;
    }

    boolean isNonBlocking() throws IOException {
        return (check(Libc.fcntl(number, F_GETFL, 0), "fcntl", null) & O_NONBLOCK) != 0;
    }

    boolean isForChildren() throws IOException {
        return check(Libc.fcntl(number, F_GETFD, 0), "fcntl", null) == 0;
    }

    boolean isOpen() {
        try {
            return Files.readSymbolicLink(link).toString().equals(identity);
        } catch (IOException closed) {
            return false;
        }
    }

    /// Sends and receives one byte.
    int echo(int octet) throws IOException {
        try (Scratch scratch = Scratch.take()) {
            MemorySegment bytes = scratch.memory().asSlice(0, 1);
            bytes.set(JAVA_BYTE, 0, (byte) octet);
            check(Libc.write(number, bytes), "write", null);
            bytes.set(JAVA_BYTE, 0, (byte) 0);
            check(Libc.read(number, bytes), "read", null);
            return bytes.get(JAVA_BYTE, 0);
        }
    }

    /// Closes it, unless the number is another's by now.
    @Override
    public void close() {
        if (isOpen()) {
            Libc.close(number);
        }
    }
}
