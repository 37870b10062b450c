package socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import socketserver.request.UnixAddress;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;

/// A client with a connection, which blocks; the timeout of the test interrupts it.
final class StreamClient implements Client {
    private final SocketChannel channel;
    // What its bytes go through: the channel, or TLS upon it.
    private final ByteChannel bytes;
    private final ByteBuffer read = ByteBuffer.allocate(64 * 1024).limit(0);

    StreamClient(SocketChannel channel) {
        this.channel = channel;
        bytes = channel;
    }

    StreamClient(SocketChannel channel, TlsChannel tls) {
        this.channel = channel;
        bytes = tls;
    }

    /// {@return a client that speaks TLS and trusts the certificates of tests}
    static StreamClient secure(SocketChannel channel) throws IOException {
        return new StreamClient(channel, TlsChannel.of(channel, Credentials.shared().client()));
    }

    @Override
    public void send(String message) throws IOException {
        send((message + "\n").getBytes(UTF_8));
    }

    void send(byte[] message) throws IOException {
        send(message, 0, message.length);
    }

    void send(byte[] message, int offset, int length) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(message, offset, length);
        while (left.hasRemaining()) {
            bytes.write(left);
        }
    }

    @Override
    public @Nullable String receive() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b; (b = next()) != '\n'; ) {
            if (b < 0) {
                return line.size() == 0 ? null : line.toString(UTF_8);
            }
            line.write(b);
        }
        return line.toString(UTF_8);
    }

    byte[] receive(int count) throws IOException {
        byte[] received = new byte[count];
        for (int i = 0; i < count; i++) {
            int b = next();
            if (b < 0) {
                throw new EOFException("end after %d of %d bytes".formatted(i, count));
            }
            received[i] = (byte) b;
        }
        return received;
    }

    /// {@return all bytes up to the end}
    byte[] receiveAll() throws IOException {
        var all = new ByteArrayOutputStream();
        for (int b; (b = next()) >= 0; ) {
            all.write(b);
        }
        return all.toByteArray();
    }

    /// {@return how many bytes come up to the end}
    long skipAll() throws IOException {
        long all = read.remaining();
        for (int count; (count = bytes.read(read.clear())) >= 0; ) {
            all += count;
        }
        read.limit(0);
        return all;
    }

    /// {@return the next byte, or -1 at the end}
    int next() throws IOException {
        if (!read.hasRemaining()) {
            int count = bytes.read(read.clear());
            read.flip();
            if (count < 0) {
                return -1;
            }
        }
        return read.get() & 0xff;
    }

    /// Takes a single byte from the kernel, so that what follows it stays unread there.
    void receiveOneByteOnly() throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        if (bytes.read(one) != 1) {
            throw new EOFException("no byte came");
        }
    }

    void halfClose() throws IOException {
        if (bytes instanceof TlsChannel tls) {
            tls.endOutput();
        } else {
            channel.shutdownOutput();
        }
    }

    /// Breaks the connection: TCP by `SO_LINGER` 0; Unix by bytes that must have been left unread.
    void reset() throws IOException {
        if (bytes instanceof TlsChannel tls) {
            tls.awaitSent();
        }
        if (!(channel.getRemoteAddress() instanceof UnixDomainSocketAddress)) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        channel.close();
    }

    @Override
    public void knock() {
        // The connection was enough.
    }

    @Override
    public int size(String message) {
        return message.getBytes(UTF_8).length + 1;
    }

    @Override
    public SocketAddress address() throws IOException {
        SocketAddress address = channel.getLocalAddress();
        return address instanceof UnixDomainSocketAddress ? UnixAddress.unnamed() : address;
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
