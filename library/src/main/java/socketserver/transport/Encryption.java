package socketserver.transport;

import org.jspecify.annotations.Nullable;

import socketserver.request.DisconnectedException;
import socketserver.request.TlsSession;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLProtocolException;

/// The TLS of one connection: between the bytes of its request and the records of its socket, which
/// an [SSLEngine] makes and opens.
///
/// One thread at a time reads. Whoever writes holds the lock of the sender, as the reader does when
/// the protocol wants an answer. Buffers are held only while there is something in them.
final class Encryption {
    /// What a [#receive] returns at the end of a connection that the client has not ended in the
    /// way of TLS: what came before may lack its tail.
    static final int CUT = -2;

    /// The time of one who does not wait.
    static final long NOW = -1;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    // So many records without data, one after the other, are nobody's who means well: opening them
    // would keep a thread or a loop busy for as long as they come. Others allow as many.
    private static final int MAX_EMPTY = 32;

    private final MultiplexedStream socket;
    private final SSLEngine engine;

    // Records that came and were not opened yet: the reader's alone, as the next four.
    private @Nullable ByteBuffer records;
    // Whether they are but the beginning of one.
    private boolean incomplete;
    // What a record had and the reader had no room for.
    private @Nullable ByteBuffer opened;
    // How many records had nothing for the reader since one had.
    private int empty;
    // Whether the client has said that nothing more comes.
    private boolean ended;
    private final ReentrantLock sending = new ReentrantLock();
    // Records that are to be sent: guarded by the lock, as the next.
    private @Nullable ByteBuffer sealed;
    // How many bytes of the sender's are in them already though it was told that they are not: see
    // send().
    private int owed;

    /// Makes the server's side of a connection.
    ///
    /// @param ahead what was read of the client's records already
    Encryption(MultiplexedStream socket, SSLEngine engine, byte[] ahead) {
        this.socket = socket;
        this.engine = engine;
        if (ahead.length > 0) {
            records = ByteBuffer.allocate(Math.max(ahead.length, RecordBuffers.SIZE));
            records.put(ahead).flip();
        }
    }

    // The handshake

    /// Agrees with the client, waiting for it.
    ///
    /// @throws EOFException if the connection ends before
    /// @throws SSLException if they do not come to terms; the client was told why
    TlsSession handshake() throws IOException {
        sending.lock();
        try {
            engine.beginHandshake();
            for (; ; ) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> runTasks();
                    case NEED_WRAP -> {
                        if (sealed != null && sealed.remaining() > RecordBuffers.RECORD) {
                            flush(0);
                        }
                        seal(NOTHING);
                    }
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        flush(0);
                        openHandshake();
                    }
                    case FINISHED, NOT_HANDSHAKING -> {
                        flush(0);
                        return session();
                    }
                }
            }
        } catch (SSLException failed) {
            tellOf(failed);
            throw failed;
        } finally {
            sending.unlock();
        }
    }

    private void runTasks() {
        for (Runnable task; (task = engine.getDelegatedTask()) != null; ) {
            task.run();
        }
    }

    private void openHandshake() throws IOException {
        ByteBuffer there = records;
        if (there == null || incomplete) {
            if (receiveRecords(0) < 0) {
                throw new EOFException("the client has gone in the middle");
            }
            return;
        }
        switch (engine.unwrap(there, NOTHING).getStatus()) {
            case OK -> giveBackRecords();
            case BUFFER_UNDERFLOW -> incomplete = true;
            case BUFFER_OVERFLOW ->
                    throw new SSLHandshakeException("data came in the middle of it");
            case CLOSED -> throw new EOFException("the client has ended it");
        }
    }

    private TlsSession session() {
        ExtendedSSLSession session = (ExtendedSSLSession) engine.getSession();
        String name =
                session.getRequestedServerNames().stream()
                        .filter(SNIHostName.class::isInstance)
                        .map(asked -> ((SNIHostName) asked).getAsciiName())
                        .findFirst()
                        .orElse(null);
        String application = engine.getApplicationProtocol();
        return new TlsSession(
                session.getProtocol(),
                session.getCipherSuite(),
                name,
                application == null || application.isEmpty() ? null : application,
                certificates(session));
    }

    private static List<X509Certificate> certificates(ExtendedSSLSession session) {
        List<X509Certificate> shown = new ArrayList<>();
        try {
            for (Certificate each : session.getPeerCertificates()) {
                shown.add((X509Certificate) each);
            }
        } catch (SSLPeerUnverifiedException none) {
            // Then the list is empty.
        }
        return shown;
    }

    // Reading

    /// Receives what the client has sent.
    ///
    /// @param timeoutNanos how long to wait for it; 0 is for ever
    /// @return how many bytes; 0 if there are none and [#NOW] they were asked for, or nothing fits;
    ///   -1 at the end, or [#CUT]
    /// @throws SocketTimeoutException if nothing came in that time
    /// @throws SSLException if the client does not keep to the protocol; it was told so
    int receive(ByteBuffer into, long timeoutNanos) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        long until = timeoutNanos > 0 ? System.nanoTime() + timeoutNanos : 0;
        try {
            for (; ; ) {
                int count = open(into);
                if (count != 0) {
                    return count;
                }
                // What is there is received though the time is over.
                long left =
                        timeoutNanos > 0 ? Math.max(1, until - System.nanoTime()) : timeoutNanos;
                int received = receiveRecords(left);
                if (received <= 0) {
                    return received < 0 ? CUT : 0;
                }
            }
        } catch (SSLException broken) {
            tellOf(broken);
            throw broken;
        }
    }

    /// {@return whether something may be received without asking the socket}
    boolean holdsInput() {
        return opened != null || ended || (records != null && !incomplete);
    }

    /// Opens records until one of them has something for the reader.
    ///
    /// @return how many bytes, 0 if the records have no more, or -1 at the end
    private int open(ByteBuffer into) throws IOException {
        if (opened != null) {
            return takeOpened(opened, into);
        }
        ByteBuffer there;
        while (!ended && !incomplete && (there = records) != null) {
            SSLEngineResult result = engine.unwrap(there, into);
            ByteBuffer larger = null;
            if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
                larger = RecordBuffers.take();
                result = engine.unwrap(there, larger);
            }
            switch (result.getStatus()) {
                case OK -> {
                    count(result);
                    answer(result.getHandshakeStatus());
                }
                case BUFFER_UNDERFLOW -> incomplete = true;
                case CLOSED -> ended = true;
                case BUFFER_OVERFLOW ->
                        throw new SSLProtocolException("a record is larger than any may be");
            }
            giveBackRecords();
            if (larger != null) {
                return takeOpened(larger.flip(), into);
            }
            if (result.bytesProduced() > 0) {
                return result.bytesProduced();
            }
        }
        return ended ? -1 : 0;
    }

    private void count(SSLEngineResult result) throws SSLProtocolException {
        empty = result.bytesProduced() > 0 ? 0 : empty + 1;
        if (empty > MAX_EMPTY) {
            throw new SSLProtocolException(
                    "more than %d records without data".formatted(MAX_EMPTY));
        }
    }

    private int takeOpened(ByteBuffer from, ByteBuffer into) {
        int count = Math.min(from.remaining(), into.remaining());
        into.put(into.position(), from, from.position(), count);
        into.position(into.position() + count);
        from.position(from.position() + count);
        if (from.hasRemaining()) {
            opened = from;
        } else {
            opened = null;
            RecordBuffers.give(from);
        }
        return count;
    }

    /// Does what the protocol wants besides: after the handshake, new keys (RFC 8446, 4.6.3). A new
    /// handshake, which TLS 1.2 knew and 1.3 has abolished, is refused: it has been a door for
    /// attacks.
    private void answer(HandshakeStatus status) throws IOException {
        if (status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED) {
            return;
        }
        if (!engine.isInboundDone() && engine.getSession().getProtocol().equals("TLSv1.2")) {
            throw new SSLProtocolException("the client wants a new handshake");
        }
        runTasks();
        // If somebody else writes, the record goes out with the next of the writer's.
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && sending.tryLock()) {
            try {
                if (flush(NOW)) {
                    seal(NOTHING);
                    flush(NOW);
                }
            } finally {
                sending.unlock();
            }
        }
    }

    /// Receives records, at least a byte of them.
    ///
    /// @return how many bytes, 0 if there are none and they were asked for [#NOW], or -1
    private int receiveRecords(long timeoutNanos) throws IOException {
        ByteBuffer buffer = records == null ? RecordBuffers.take().flip() : records;
        buffer.compact();
        try {
            int count =
                    timeoutNanos == NOW
                            ? socket.receiveWireNow(buffer)
                            : socket.receiveWire(buffer, timeoutNanos);
            incomplete &= count <= 0;
            return count;
        } finally {
            records = buffer.flip();
            giveBackRecords();
        }
    }

    private void giveBackRecords() {
        ByteBuffer there = records;
        if (there != null && !there.hasRemaining()) {
            records = null;
            incomplete = false;
            RecordBuffers.give(there);
        }
    }

    // Writing

    /// Sends what the buffer has left.
    ///
    /// The last byte is said to be taken only when the socket has taken the records of all: whoever
    /// sends [#NOW] comes back with it then, as with any that the socket had no room for.
    ///
    /// @param timeoutNanos how long to wait until the client takes a byte; 0 is for ever
    /// @return how many bytes: all, unless [#NOW] there was no room
    /// @throws SocketTimeoutException if it has taken none in that time
    int send(ByteBuffer from, long timeoutNanos) throws IOException {
        sending.lock();
        try {
            int start = from.position();
            if (!flush(timeoutNanos)) {
                return 0;
            }
            from.position(start + owed);
            owed = 0;
            while (from.hasRemaining()) {
                if (!seal(from)) {
                    throw new SSLProtocolException("no data may be sent at this moment");
                }
                if (!flush(timeoutNanos)) {
                    owed = 1;
                    from.position(from.position() - 1);
                    break;
                }
            }
            return from.position() - start;
        } finally {
            sending.unlock();
        }
    }

    /// Tells the client that nothing more comes (`close_notify`), after all that was sent.
    ///
    /// @param timeoutNanos how long to wait until the client takes a byte; 0 is for ever
    /// @return whether it is told: false if [#NOW] there was no room
    boolean end(long timeoutNanos) throws IOException {
        sending.lock();
        try {
            if (!flush(timeoutNanos)) {
                return false;
            }
            sealEnd();
            return flush(timeoutNanos);
        } finally {
            sending.unlock();
        }
    }

    private void sealEnd() throws SSLException {
        engine.closeOutbound();
        while (!engine.isOutboundDone()) {
            ByteBuffer into = sealedOrNew().compact();
            SSLEngineResult result;
            try {
                result = engine.wrap(NOTHING, into);
            } finally {
                into.flip();
            }
            if (result.bytesProduced() == 0) {
                return;
            }
        }
    }

    private ByteBuffer sealedOrNew() {
        ByteBuffer made = sealed == null ? RecordBuffers.take().flip() : sealed;
        sealed = made;
        return made;
    }

    /// Makes records of what the buffer has left, as many as fit.
    ///
    /// @return whether any was made
    private boolean seal(ByteBuffer from) throws IOException {
        ByteBuffer into = sealedOrNew().compact();
        boolean made = false;
        try {
            do {
                SSLEngineResult result = engine.wrap(from, into);
                if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                    throw new DisconnectedException(
                            socket.client(), new EOFException("TLS has ended (close_notify)"));
                }
                if (result.bytesProduced() == 0) {
                    return made;
                }
                made = true;
            } while (from.hasRemaining() && into.remaining() >= RecordBuffers.RECORD);
            return made;
        } finally {
            into.flip();
        }
    }

    /// Sends the records.
    ///
    /// @return whether all were: false if [#NOW] there was no room
    private boolean flush(long timeoutNanos) throws IOException {
        ByteBuffer from = sealed;
        if (from == null) {
            return true;
        }
        while (from.hasRemaining()) {
            if (timeoutNanos != NOW) {
                socket.sendWire(from, timeoutNanos);
            } else if (socket.sendWireNow(from) == 0) {
                return false;
            }
        }
        sealed = null;
        RecordBuffers.give(from);
        return true;
    }

    /// Tells the client what is wrong (an alert), if it takes it at once.
    private void tellOf(SSLException broken) {
        if (!sending.tryLock()) {
            return;
        }
        try {
            if (flush(NOW)) {
                sealEnd();
                flush(NOW);
            }
        } catch (IOException gone) {
            broken.addSuppressed(gone);
        } finally {
            sending.unlock();
        }
    }
}
