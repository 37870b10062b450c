package socketserver;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

import socketserver.request.Server;
import socketserver.request.StreamRequest;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/// A connection that is only in memory: its client's bytes come in given pieces, and what it is
/// sent is kept.
public final class MemoryRequest extends StreamRequest {
    private static final SocketAddress CLIENT = InetSocketAddress.createUnresolved("client", 1);

    private static final Server NO_SERVER =
            new Server() {
                @Override
                public SocketAddress address() {
                    return InetSocketAddress.createUnresolved("server", 1);
                }

                @Override
                public void requestStop() {}
            };

    // An empty piece is a timeout.
    private final Queue<ByteBuffer> pieces = new ArrayDeque<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final List<Integer> sends = new ArrayList<>();
    private final List<Integer> rooms = new ArrayList<>();
    private int takesAtOnce = Integer.MAX_VALUE;
    private boolean ended;
    private volatile boolean closed;

    /// Makes a request of a server.
    public MemoryRequest(Server server, byte[]... pieces) {
        super(server, CLIENT);
        for (byte[] piece : pieces) {
            this.pieces.add(ByteBuffer.wrap(piece));
        }
    }

    /// {@return a request of no server, whose client sends these pieces}
    public static MemoryRequest of(byte[]... pieces) {
        return new MemoryRequest(NO_SERVER, pieces);
    }

    /// {@return a request of no server, whose client sends these pieces; an empty one is a timeout}
    public static MemoryRequest of(String... pieces) {
        byte[][] bytes = new byte[pieces.length][];
        for (int i = 0; i < pieces.length; i++) {
            bytes[i] = pieces[i].getBytes(ISO_8859_1);
        }
        return of(bytes);
    }

    /// Lets the client take no more than so many bytes at once.
    public MemoryRequest takingAtOnce(int bytes) {
        takesAtOnce = bytes;
        return this;
    }

    /// {@return what was sent so far}
    public String sent() {
        return sent.toString(ISO_8859_1);
    }

    /// {@return how many bytes each sending had}
    public List<Integer> sends() {
        return sends;
    }

    /// {@return how much room each receiving had}
    public List<Integer> rooms() {
        return rooms;
    }

    /// {@return whether the client was told that no more will come}
    public boolean ended() {
        return ended;
    }

    @Override
    public SocketAddress local() {
        return server().address();
    }

    @Override
    protected int receive(ByteBuffer into, long timeoutNanos)
            throws ClosedChannelException, SocketTimeoutException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (!into.hasRemaining()) {
            return 0;
        }
        rooms.add(into.remaining());
        ByteBuffer piece = pieces.peek();
        if (piece == null) {
            return -1;
        }
        if (!piece.hasRemaining()) {
            pieces.remove();
            throw new SocketTimeoutException("as the script says");
        }
        int count = Math.min(piece.remaining(), into.remaining());
        into.put(piece.slice(piece.position(), count));
        piece.position(piece.position() + count);
        if (!piece.hasRemaining()) {
            pieces.remove();
        }
        return count;
    }

    @Override
    protected int send(ByteBuffer from, long timeoutNanos) throws ClosedChannelException {
        if (closed || ended) {
            throw new ClosedChannelException();
        }
        int count = Math.min(from.remaining(), takesAtOnce);
        byte[] bytes = new byte[count];
        from.get(bytes);
        sent.writeBytes(bytes);
        sends.add(count);
        return count;
    }

    @Override
    protected void endOutput() {
        ended = true;
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) {
        throw new UnsupportedOperationException("memory has no " + option);
    }

    @Override
    public <T> @Nullable T option(SocketOption<T> option) {
        throw new UnsupportedOperationException("memory has no " + option);
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
