package socketserver.concurrency;

import org.jspecify.annotations.Nullable;

import socketserver.request.StreamRequest;
import socketserver.transport.DescriptorRequest;
import socketserver.transport.PassingRequest;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;

/// What a server and one of its children say to each other: a kind, a length, and bytes.
@SuppressWarnings({
    "ArrayRecordComponent", // nobody compares them
    "EnumOrdinal" // both sides are of one version
})
record Frame(Kind kind, byte[] bytes) {
    private static final byte[] NOTHING = {};
    private static final int HEADER = 5;

    /// How many bytes a child may send at once: names and reasons, so that one whose handler was
    /// taken over cannot have the server make room for more.
    static final int MOST_TO_SERVER = 64 * 1024;

    /// How many a server may: its handler, say, with what that has read.
    static final int MOST_TO_CHILD = Integer.MAX_VALUE;

    /// What it is about.
    enum Kind {
        /// To the child: a request; its open file follows.
        REQUEST,
        /// To the child: a server and its handler as requests bring them, to load what they need.
        REHEARSAL,
        /// To the child: the bytes of a class that it has wanted, none if there is no such class.
        CLASS,
        /// To the child: the request of that number is to come to an end.
        DRAIN,
        /// To the server: the child is there.
        READY,
        /// To the server: the child has loaded what the rehearsal has had.
        REHEARSED,
        /// To the server: the child has the request.
        TAKEN,
        /// To the server: the child cannot take the request, for that reason.
        REFUSED,
        /// To the server: the request has ended; how many bytes came from the client, how many went
        /// to it, and why.
        DONE,
        /// To the server: the child wants the class of that name.
        WANTED
    }

    static void send(StreamRequest connection, Kind kind) throws IOException {
        send(connection, kind, NOTHING);
    }

    /// Sends a frame; any thread may.
    static void send(StreamRequest connection, Kind kind, byte[] bytes) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(HEADER + bytes.length);
        frame.put((byte) kind.ordinal()).putInt(bytes.length).put(bytes).flip();
        connection.write(frame);
    }

    /// Sends a frame and after it the open file of another connection.
    static void send(StreamRequest connection, Kind kind, byte[] bytes, DescriptorRequest file)
            throws IOException {
        send(connection, kind, bytes);
        file.useDescriptor(
                descriptor -> {
                    ((PassingRequest) connection).pass(descriptor);
                    return true;
                });
    }

    /// {@return the next frame, or null at the end}
    ///
    /// @param most how many bytes it may have
    /// @throws ProtocolException if it has more, or is none
    static @Nullable Frame receive(StreamRequest connection, int most) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        if (connection.read(header) < 0) {
            return null;
        }
        fill(connection, header);
        int kind = header.flip().get();
        int length = header.getInt();
        if (kind < 0 || kind >= Kind.values().length || length < 0 || length > most) {
            throw new ProtocolException("frame of kind %d with %d bytes".formatted(kind, length));
        }
        byte[] bytes = length == 0 ? NOTHING : new byte[length];
        ByteBuffer into = ByteBuffer.wrap(bytes);
        fill(connection, into);
        return new Frame(Kind.values()[kind], bytes);
    }

    private static void fill(StreamRequest connection, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (connection.read(into) < 0) {
                throw new EOFException("the other side has ended within a frame");
            }
        }
    }
}
