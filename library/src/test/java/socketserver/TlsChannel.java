package socketserver;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/// A client's side of TLS upon any channel that blocks. The handshake goes on by itself, so that a
/// client that only connects is in the middle of it.
final class TlsChannel implements ByteChannel {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int MOST_EARLY = 64 * 1024;

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final ByteBuffer in = ByteBuffer.allocate(64 * 1024).limit(0);
    private final ByteBuffer opened = ByteBuffer.allocate(64 * 1024).limit(0);
    private final ByteBuffer out = ByteBuffer.allocate(64 * 1024);
    private final CompletableFuture<Void> handshake = new CompletableFuture<>();
    // What is to be sent when it is done: guarded by this.
    private final ByteArrayOutputStream early = new ByteArrayOutputStream();
    // Whether the server has ended in the way of TLS.
    private volatile boolean notified;

    TlsChannel(SocketChannel channel, SSLEngine engine) throws SSLException {
        this.channel = channel;
        this.engine = engine;
        engine.setUseClientMode(true);
        engine.beginHandshake();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                shakeHands();
                                sendEarly();
                            } catch (Throwable thrown) {
                                handshake.completeExceptionally(thrown);
                            }
                        });
    }

    static TlsChannel of(SocketChannel channel, SSLContext context) throws SSLException {
        return new TlsChannel(channel, context.createSSLEngine());
    }

    /// {@return what was agreed upon, once it is}
    SSLSession session() throws IOException {
        join();
        return engine.getSession();
    }

    /// {@return whether the server has said that nothing more comes}
    boolean wasNotified() {
        return notified;
    }

    private void join() throws IOException {
        try {
            handshake.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException thrown
                    ? thrown
                    : new IOException(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    private void shakeHands() throws IOException {
        for (; ; ) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> wrap(NOTHING);
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (unwrap() < 0) {
                        throw new EOFException("end in the middle of the handshake");
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
    }

    private synchronized SSLEngineResult wrap(ByteBuffer from) throws IOException {
        SSLEngineResult result = engine.wrap(from, out.clear());
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
        return result;
    }

    /// Opens a record, waiting for it, into what was empty.
    ///
    /// @return -1 at the end
    private int unwrap() throws IOException {
        for (; ; ) {
            SSLEngineResult result = engine.unwrap(in, opened.clear());
            opened.flip();
            switch (result.getStatus()) {
                case OK -> {
                    return 0;
                }
                case CLOSED -> {
                    notified = true;
                    return -1;
                }
                case BUFFER_OVERFLOW -> throw new IllegalStateException("record too large");
                case BUFFER_UNDERFLOW -> {
                    in.compact();
                    int count = channel.read(in);
                    in.flip();
                    if (count < 0) {
                        return -1;
                    }
                }
            }
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        try {
            join();
        } catch (EOFException refused) {
            return -1;
        }
        while (!opened.hasRemaining()) {
            if (unwrap() < 0) {
                return -1;
            }
            answer();
        }
        int count = Math.min(into.remaining(), opened.remaining());
        into.put(into.position(), opened, opened.position(), count);
        into.position(into.position() + count);
        opened.position(opened.position() + count);
        return count;
    }

    private void answer() throws IOException {
        for (Runnable task; (task = engine.getDelegatedTask()) != null; ) {
            task.run();
        }
        if (engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_WRAP
                && !engine.isOutboundDone()) {
            wrap(NOTHING);
        }
    }

    private synchronized void sendEarly() throws IOException {
        send(ByteBuffer.wrap(early.toByteArray()));
        handshake.complete(null);
    }

    private void send(ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            if (wrap(from).getStatus() == SSLEngineResult.Status.CLOSED) {
                throw new IOException("TLS has ended");
            }
        }
    }

    /// Sends what the buffer has; or, if the server has not come to the handshake yet, as soon as
    /// it is done, unless it is much.
    @Override
    public int write(ByteBuffer from) throws IOException {
        int count = from.remaining();
        if (!keep(from)) {
            join();
            send(from);
        }
        return count;
    }

    private synchronized boolean keep(ByteBuffer from) {
        if (handshake.isDone() || early.size() > MOST_EARLY) {
            return false;
        }
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        early.writeBytes(bytes);
        return true;
    }

    /// Waits until what was written has been sent.
    void awaitSent() throws IOException {
        if (hasEarly() && channel.isOpen()) {
            join();
        }
    }

    private synchronized boolean hasEarly() {
        return early.size() > 0;
    }

    /// Takes new keys so many times (TLS 1.3): each is a record without data for the server.
    void takeNewKeys(int times) throws IOException {
        join();
        for (int i = 0; i < times; i++) {
            engine.beginHandshake();
            if (wrap(NOTHING).bytesProduced() == 0) {
                throw new IllegalStateException("no record is made for new keys");
            }
        }
    }

    /// Says that nothing more comes.
    void endOutput() throws IOException {
        join();
        engine.closeOutbound();
        wrap(NOTHING);
        channel.shutdownOutput();
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    /// Goes in the way of TLS, if it has come so far or has something to send.
    @Override
    public void close() throws IOException {
        try (channel) {
            awaitSent();
            if (channel.isOpen()
                    && handshake.isDone()
                    && !handshake.isCompletedExceptionally()
                    && !engine.isOutboundDone()) {
                engine.closeOutbound();
                wrap(NOTHING);
            }
        } catch (IOException gone) {
            // There is nobody to tell.
        }
    }
}
