package socketserver.request;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.Arrays;

/// The address of a Unix domain socket (`unix(7)`): a path, an abstract name (Linux), or none.
///
/// The JDK's `UnixDomainSocketAddress` knows paths only.
public final class UnixAddress extends SocketAddress {
    private static final long serialVersionUID = 1;

    /// How many bytes a path or an abstract name may have: `sun_path` holds 108, of which one is
    /// the zero that ends a path or begins a name.
    public static final int MAX_BYTES = 107;

    private static final int SUN_PATH = 108;

    private static final UnixAddress UNNAMED = new UnixAddress(Kind.UNNAMED, new byte[0]);

    private enum Kind {
        PATH,
        ABSTRACT,
        UNNAMED
    }

    private final Kind kind;
    private final byte[] name;

    private UnixAddress(Kind kind, byte[] name) {
        this.kind = kind;
        this.name = name;
    }

    /// {@return the address of the socket file at that path}
    ///
    /// @throws IllegalArgumentException if the path is empty or has more than [#MAX_BYTES] bytes
    public static UnixAddress of(String path) {
        if (path.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("unix path has a zero byte: use abstractName()");
        }
        return new UnixAddress(Kind.PATH, checked("unix path", MAX_BYTES, path.getBytes(UTF_8)));
    }

    /// {@return the address of the socket file at that path}
    ///
    /// @throws IllegalArgumentException if the path is empty or has more than [#MAX_BYTES] bytes
    public static UnixAddress of(Path path) {
        return of(path.toString());
    }

    /// {@return the address with that name in Linux's abstract name space, which no file stands
    /// for}
    ///
    /// @param name without the leading zero byte
    /// @throws IllegalArgumentException if the name is empty or has more than [#MAX_BYTES] bytes
    public static UnixAddress abstractName(String name) {
        return new UnixAddress(
                Kind.ABSTRACT, checked("abstract unix name", MAX_BYTES, name.getBytes(UTF_8)));
    }

    /// {@return the address of the socket file at the path of those bytes, which need not be UTF-8}
    ///
    /// Such a path may have 108 bytes: the kernel does without the zero then.
    ///
    /// @throws IllegalArgumentException if it is empty, longer, or has a zero byte
    public static UnixAddress of(byte[] path) {
        for (byte each : path) {
            if (each == 0) {
                throw new IllegalArgumentException("unix path has a zero byte");
            }
        }
        return new UnixAddress(Kind.PATH, checked("unix path", SUN_PATH, path));
    }

    /// {@return the address with the name of those bytes, any bytes, in Linux's abstract name
    /// space}
    ///
    /// @param name without the leading zero byte
    /// @throws IllegalArgumentException if the name is empty or has more than [#MAX_BYTES] bytes
    public static UnixAddress abstractName(byte[] name) {
        return new UnixAddress(Kind.ABSTRACT, checked("abstract unix name", MAX_BYTES, name));
    }

    /// {@return the address that the text says in the way of command lines: a path, or `@` and a
    /// name in Linux's abstract name space}
    ///
    /// @throws IllegalArgumentException if the path or name is empty or has more than [#MAX_BYTES]
    ///   bytes
    public static UnixAddress parse(String text) {
        return text.startsWith("@") ? abstractName(text.substring(1)) : of(text);
    }

    private static byte[] checked(String what, int most, byte[] bytes) {
        if (bytes.length == 0 || bytes.length > most) {
            throw new IllegalArgumentException(
                    "%s (%s) has %d bytes: 1 to %d are possible"
                            .formatted(what, new String(bytes, UTF_8), bytes.length, most));
        }
        return bytes.clone();
    }

    /// {@return the address of a socket that was not bound, as most clients' are}
    ///
    /// A server that is given it gets an abstract name of the kernel's choice ("autobind",
    /// `unix(7)`): five hexadecimal digits that no other socket has.
    public static UnixAddress unnamed() {
        return UNNAMED;
    }

    /// {@return the path of the socket file, or null if the address is not a path}
    public @Nullable Path path() {
        return kind == Kind.PATH ? Path.of(new String(name, UTF_8)) : null;
    }

    /// {@return whether the address is a name in Linux's abstract name space}
    public boolean isAbstract() {
        return kind == Kind.ABSTRACT;
    }

    /// {@return whether the socket was not bound}
    public boolean isUnnamed() {
        return kind == Kind.UNNAMED;
    }

    /// {@return the path or the abstract name as text; empty if unnamed, as Python shows it}
    public String name() {
        return new String(name, UTF_8);
    }

    /// {@return the bytes of the path or the abstract name; none if unnamed}
    public byte[] bytes() {
        return name.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UnixAddress that
                && kind == that.kind
                && Arrays.equals(name, that.name);
    }

    @Override
    public int hashCode() {
        return 31 * kind.hashCode() + Arrays.hashCode(name);
    }

    /// {@return `unix:PATH`, `unix:@NAME` for an abstract name, or `unix:(unnamed)`; on one line,
    /// whatever name a client has chosen: control characters are shown as `\\xNN`}
    @Override
    public String toString() {
        return switch (kind) {
            case PATH -> "unix:" + Printable.of(name());
            case ABSTRACT -> "unix:@" + Printable.of(name());
            case UNNAMED -> "unix:(unnamed)";
        };
    }
}
