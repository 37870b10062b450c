package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.io.Serializable;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/// What a proxy says, before the first byte of the client, of the client in whose place it
/// connects: the header of the PROXY protocol, version 1 or 2 (HAProxy's `proxy-protocol.txt`).
///
/// A server that has been told whom to trust ([socketserver.ProxySettings]) reads it before the
/// request is taken; [StreamRequest#proxyHeader()] has it then.
public final class ProxyHeader implements Serializable {
    private static final long serialVersionUID = 1;

    /// The protocol that was agreed upon by TLS with the client (`PP2_TYPE_ALPN`).
    public static final int ALPN = 0x01;

    /// The name that the client has asked for, by TLS for instance (`PP2_TYPE_AUTHORITY`).
    public static final int AUTHORITY = 0x02;

    /// The checksum of the header, which was right (`PP2_TYPE_CRC32C`).
    public static final int CRC32C = 0x03;

    /// A number of the connection, for logs (`PP2_TYPE_UNIQUE_ID`).
    public static final int UNIQUE_ID = 0x05;

    /// How the client has come by TLS, with fields of its own (`PP2_TYPE_SSL`).
    public static final int SSL = 0x20;

    /// The name of the network namespace (`PP2_TYPE_NETNS`).
    public static final int NETNS = 0x30;

    private final int version;
    private final @Nullable SocketAddress source;
    private final @Nullable SocketAddress destination;
    private final ArrayList<Field> fields;

    /// What else a proxy says (a "TLV").
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    record Field(int type, byte[] value) implements Serializable {}

    ProxyHeader(
            int version,
            @Nullable SocketAddress source,
            @Nullable SocketAddress destination,
            List<Field> fields) {
        this.version = version;
        this.source = source;
        this.destination = destination;
        this.fields = new ArrayList<>(fields);
    }

    /// {@return what reads such headers}
    ///
    /// It throws a [java.net.ProtocolException] as soon as bytes are none.
    public static FrameDecoder<ProxyHeader> decoder() {
        return ProxyHeaderDecoder.INSTANCE;
    }

    /// {@return 1, a line of text, or 2, which is binary}
    public int version() {
        return version;
    }

    /// {@return who the client is, or null if the proxy does not say, or has connected for itself
    /// (`UNKNOWN`, `LOCAL`), to check the server's health for instance}
    public @Nullable SocketAddress source() {
        return source;
    }

    /// {@return whom the client has asked, or null as with the source}
    public @Nullable SocketAddress destination() {
        return destination;
    }

    /// {@return the types of what else the proxy says, in their order}
    public List<Integer> types() {
        return fields.stream().map(Field::type).toList();
    }

    /// {@return the bytes of the first field of that type (a "TLV"), or null if there is none}
    ///
    /// @param type of 0 to 255: one of the constants here, or one of the proxy's own
    public byte @Nullable [] field(int type) {
        for (Field each : fields) {
            if (each.type == type) {
                return each.value.clone();
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return source == null
                ? "PROXY v%d of the proxy itself".formatted(version)
                : "PROXY v%d of %s to %s".formatted(version, source, destination);
    }
}
