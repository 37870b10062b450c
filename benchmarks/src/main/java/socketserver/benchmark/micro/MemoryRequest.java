package socketserver.benchmark.micro;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import socketserver.request.Server;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;

/// A connection whose client sends the same text for ever, from memory.
final class MemoryRequest extends StreamRequest {
    private final byte[] text;
    private int position;

    /// The server that it came to.
    private static final class Nobody implements Server {
        @Override
        public SocketAddress address() {
            return UnixAddress.unnamed();
        }

        @Override
        public void requestStop() {}
    }

    MemoryRequest(String text) {
        super(new Nobody(), UnixAddress.unnamed());
        this.text = text.getBytes(UTF_8);
    }

    @Override
    protected int receive(ByteBuffer into, long timeoutNanos) {
        int count = into.remaining();
        while (into.hasRemaining()) {
            int part = Math.min(into.remaining(), text.length - position);
            into.put(text, position, part);
            position = (position + part) % text.length;
        }
        return count;
    }

    @Override
    protected int send(ByteBuffer from, long timeoutNanos) {
        int count = from.remaining();
        from.position(from.limit());
        return count;
    }

    @Override
    protected void endOutput() {}

    @Override
    public SocketAddress local() {
        return UnixAddress.unnamed();
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) {
        throw new UnsupportedOperationException("memory has no " + option);
    }

    @Override
    public <T> @Nullable T option(SocketOption<T> option) {
        return null;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
