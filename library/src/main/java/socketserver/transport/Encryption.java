package socketserver.transport;

import socketserver.request.TlsSession;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/// The TLS of one connection: between the bytes of its request and the records of its socket, which
/// an [SSLEngine] makes and opens.
///
/// One thread at a time reads, and any may write: [RecordOutput] has a lock, also for what the
/// reader has to answer. Buffers are held only while there is something in them.
final class Encryption {
    /// What a [#receive] returns at the end of a connection that the client has not ended in the
    /// way of TLS: what came before may lack its tail.
    static final int CUT = -2;

    /// The time of one who does not wait.
    static final long NOW = -1;

    private final SSLEngine engine;
    private final RecordInput input;
    private final RecordOutput output;

    /// Makes the server's side of a connection.
    ///
    /// @param ahead what was read of the client's records already
    Encryption(MultiplexedStream socket, SSLEngine engine, byte[] ahead) {
        this.engine = engine;
        output = new RecordOutput(socket, engine);
        input = new RecordInput(socket, engine, output, ahead);
    }

    /// Agrees with the client, waiting for it.
    ///
    /// @throws EOFException if the connection ends before
    /// @throws SSLException if they do not come to terms; the client was told why
    TlsSession handshake() throws IOException {
        try {
            engine.beginHandshake();
            for (; ; ) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> runTasks(engine);
                    case NEED_WRAP -> output.sealOwn();
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        output.sendOwn();
                        input.openHandshake();
                    }
                    case FINISHED, NOT_HANDSHAKING -> {
                        output.sendOwn();
                        return session();
                    }
                }
            }
        } catch (SSLException failed) {
            tellOf(failed);
            throw failed;
        }
    }

    /// Does what an engine wants to have done, which takes the time of the processor alone.
    static void runTasks(SSLEngine engine) {
        for (Runnable task; (task = engine.getDelegatedTask()) != null; ) {
            task.run();
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

    /// Receives what the client has sent.
    ///
    /// @param timeoutNanos how long to wait for it; 0 is for ever
    /// @return how many bytes; 0 if there are none and [#NOW] they were asked for, or nothing fits;
    ///   -1 at the end, or [#CUT]
    /// @throws SocketTimeoutException if nothing came in that time
    /// @throws SSLException if the client does not keep to the protocol; it was told so
    int receive(ByteBuffer into, long timeoutNanos) throws IOException {
        try {
            return input.receive(into, timeoutNanos);
        } catch (SSLException broken) {
            tellOf(broken);
            throw broken;
        }
    }

    private void tellOf(SSLException broken) {
        try {
            output.tryToEnd();
        } catch (IOException gone) {
            broken.addSuppressed(gone);
        }
    }

    /// {@return whether something may be received without asking the socket}
    boolean holdsInput() {
        return input.isHeld();
    }

    /// Sends what the buffer has left: see [RecordOutput#send].
    int send(ByteBuffer from, long timeoutNanos) throws IOException {
        return output.send(from, timeoutNanos);
    }

    /// Tells the client that nothing more comes: see [RecordOutput#end].
    boolean end(long timeoutNanos) throws IOException {
        return output.end(timeoutNanos);
    }
}
