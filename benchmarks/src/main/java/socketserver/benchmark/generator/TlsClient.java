package socketserver.benchmark.generator;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// A connection of TLS that makes a whole handshake, trusts everybody, and blocks.
final class TlsClient implements AutoCloseable {
    private static final SSLContext CONTEXT = context();
    private static final int RECORDS = 40 * 1024;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    // It knows no peer, so that it finds no session to resume.
    private final SSLEngine engine = CONTEXT.createSSLEngine();
    private final ByteBuffer in = ByteBuffer.allocate(RECORDS).limit(0);
    private final ByteBuffer out = ByteBuffer.allocate(RECORDS);
    private final ByteBuffer opened = ByteBuffer.allocate(RECORDS);

    TlsClient(InetSocketAddress server) throws IOException {
        channel = SocketChannel.open(server);
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            engine.setUseClientMode(true);
            engine.beginHandshake();
            shakeHands();
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    private static SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {new Trusting()}, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /// Trusts everybody: it is its own server that it asks.
    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private void shakeHands() throws IOException {
        for (; ; ) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> wrap(NOTHING);
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                case FINISHED, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
    }

    private void wrap(ByteBuffer from) throws IOException {
        engine.wrap(from, out.clear());
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    private int unwrap() throws IOException {
        for (; ; ) {
            SSLEngineResult result = engine.unwrap(in, opened.clear());
            switch (result.getStatus()) {
                case OK -> {
                    return result.bytesProduced();
                }
                case BUFFER_UNDERFLOW -> {
                    in.compact();
                    int count = channel.read(in);
                    in.flip();
                    if (count < 0) {
                        throw new EOFException("the server has closed the connection");
                    }
                }
                default -> throw new EOFException("the server has ended TLS");
            }
        }
    }

    /// Sends that and waits for as many bytes.
    void ask(ByteBuffer message) throws IOException {
        int left = message.remaining();
        while (message.hasRemaining()) {
            wrap(message);
        }
        while (left > 0) {
            left -= unwrap();
        }
    }

    @Override
    public void close() throws IOException {
        // By a reset: thousands of connections shall leave nothing behind.
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }
}
