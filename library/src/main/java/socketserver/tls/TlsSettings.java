package socketserver.tls;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;

/// What a server of connections needs for TLS: its certificates, and what it wants of its clients.
///
/// {@snippet class="socketserver.SnippetsTest" region="tls"}
///
/// TLS 1.3 and 1.2 alone are spoken, with cipher suites that encrypt and authenticate at once and
/// have keys of one connection only. Connections of datagrams (DTLS) are out of scope: datagram
/// servers refuse these settings.
///
/// Immutable.
public final class TlsSettings implements Serializable {
    private static final long serialVersionUID = 1;
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration RELOAD_INTERVAL = Duration.ofSeconds(10);
    private static final int MAX_HANDSHAKES = 4096;

    @SuppressWarnings("serial") // List.copyOf makes one that is serializable
    private final List<TlsCertificate> certificates;

    private final transient @Nullable SSLContext context;
    // As text, because a java.nio.file.Path cannot be serialized.
    private final @Nullable String clientAuthorities;
    private final ClientCertificates clientCertificates;

    @SuppressWarnings("serial") // as above
    private final List<String> applicationProtocols;

    private final boolean onRequest;
    private final Duration handshakeTimeout;
    private final int maxHandshakes;
    private final Duration reloadInterval;

    private TlsSettings(Draft draft) {
        certificates = List.copyOf(draft.certificates);
        context = draft.context;
        clientAuthorities = draft.clientAuthorities;
        clientCertificates = draft.clientCertificates;
        applicationProtocols = List.copyOf(draft.applicationProtocols);
        onRequest = draft.onRequest;
        handshakeTimeout = draft.handshakeTimeout;
        maxHandshakes = draft.maxHandshakes;
        reloadInterval = draft.reloadInterval;
    }

    /// The same, while it is being changed.
    private static final class Draft {
        List<TlsCertificate> certificates = new ArrayList<>();
        @Nullable SSLContext context;
        @Nullable String clientAuthorities;
        ClientCertificates clientCertificates = ClientCertificates.IGNORED;
        List<String> applicationProtocols = List.of();
        boolean onRequest;
        Duration handshakeTimeout = HANDSHAKE_TIMEOUT;
        int maxHandshakes = MAX_HANDSHAKES;
        Duration reloadInterval = RELOAD_INTERVAL;
    }

    private TlsSettings with(Consumer<Draft> change) {
        return changed(draft(), change);
    }

    private static TlsSettings changed(Draft draft, Consumer<Draft> change) {
        change.accept(draft);
        return new TlsSettings(draft);
    }

    private Draft draft() {
        Draft draft = new Draft();
        draft.certificates.addAll(certificates);
        draft.context = context;
        draft.clientAuthorities = clientAuthorities;
        draft.clientCertificates = clientCertificates;
        draft.applicationProtocols = applicationProtocols;
        draft.onRequest = onRequest;
        draft.handshakeTimeout = handshakeTimeout;
        draft.maxHandshakes = maxHandshakes;
        draft.reloadInterval = reloadInterval;
        return draft;
    }

    /// {@return TLS with the certificate in a PEM file and the key in another: Python's
    /// `SSLContext.load_cert_chain`}
    ///
    /// @see TlsCertificate#pem(Path, Path)
    public static TlsSettings pem(Path certificates, Path key) {
        return of(TlsCertificate.pem(certificates, key));
    }

    /// {@return TLS with the certificates in a key store}
    ///
    /// @see TlsCertificate#keyStore
    public static TlsSettings keyStore(Path file, String password) {
        return of(TlsCertificate.keyStore(file, password));
    }

    /// {@return TLS with that certificate}
    public static TlsSettings of(TlsCertificate certificate) {
        return changed(new Draft(), draft -> draft.certificates.add(certificate));
    }

    /// {@return TLS with a context that a program has made, its key managers and trust managers}
    ///
    /// Nothing is reloaded; and because it cannot travel, the forking model refuses it.
    public static TlsSettings of(SSLContext context) {
        Objects.requireNonNull(context, "context");
        return changed(new Draft(), draft -> draft.context = context);
    }

    /// {@return these settings with another certificate besides: each client is shown the one for
    /// the name that it asks for (SNI), and the first one if there is none}
    ///
    /// The names are those in the certificate (`subjectAltName`); `*` may stand for the first label
    /// of one. There may be several of one name with keys of different kinds.
    ///
    /// @throws IllegalStateException if the certificates are those of a context
    public TlsSettings withCertificate(TlsCertificate other) {
        if (context != null) {
            throw new IllegalStateException(
                    "a context has its own certificates: it cannot be given others");
        }
        return with(draft -> draft.certificates.add(other));
    }

    /// {@return these settings with clients that must show a certificate for which one of those in
    /// that PEM file vouches (mutual TLS)}
    ///
    /// Whether a certificate was revoked is not looked up; `verifyPeer` can.
    ///
    /// @throws IllegalStateException if whom to trust is a context's to say
    public TlsSettings withClientAuthorities(Path certificates) {
        if (context != null) {
            throw new IllegalStateException(
                    "a context has its own trust managers: use withClientCertificates alone");
        }
        return with(
                draft -> {
                    draft.clientAuthorities = certificates.toAbsolutePath().toString();
                    draft.clientCertificates = ClientCertificates.REQUIRED;
                });
    }

    /// {@return these settings with that word on whether clients must show certificates}
    public TlsSettings withClientCertificates(ClientCertificates clientCertificates) {
        return with(draft -> draft.clientCertificates = clientCertificates);
    }

    /// {@return these settings with those protocols, the preferred one first, of which one is
    /// chosen with the client (ALPN)}
    ///
    /// The handshake of a client that offers others only fails; one that offers none goes on
    /// without.
    public TlsSettings withApplicationProtocols(String... protocols) {
        return with(draft -> draft.applicationProtocols = List.of(protocols));
    }

    /// {@return these settings for connections that begin in the clear, until a handler asks for
    /// TLS by [socketserver.request.StreamRequest#startTls()]}
    public TlsSettings withTlsOnRequest() {
        return with(draft -> draft.onRequest = true);
    }

    /// {@return these settings with that time for a handshake; at first 10 s}
    ///
    /// @throws IllegalArgumentException if it is not positive
    public TlsSettings withHandshakeTimeout(Duration time) {
        return with(draft -> draft.handshakeTimeout = positive("handshakeTimeout", time));
    }

    /// {@return these settings with that number of handshakes at once, at first 4,096; more clients
    /// are turned away}
    ///
    /// Where children do the handshakes, those count whose socket no child has yet.
    ///
    /// @throws IllegalArgumentException if it is not positive
    public TlsSettings withMaxHandshakes(int maxHandshakes) {
        if (maxHandshakes <= 0) {
            throw new IllegalArgumentException(
                    "maxHandshakes (%d) must be positive".formatted(maxHandshakes));
        }
        return with(draft -> draft.maxHandshakes = maxHandshakes);
    }

    /// {@return these settings with files that are looked at, when a client comes, if that was not
    /// done for so long; at first 10 s}
    ///
    /// @throws IllegalArgumentException if it is not positive
    public TlsSettings withReloadInterval(Duration interval) {
        return with(draft -> draft.reloadInterval = positive("reloadInterval", interval));
    }

    private static Duration positive(String what, Duration time) {
        if (!time.isPositive()) {
            throw new IllegalArgumentException("%s (%s) must be positive".formatted(what, time));
        }
        return time;
    }

    /// {@return where the certificates are, the first one for all clients that ask for none of
    /// them; empty if a context has them}
    public List<TlsCertificate> certificates() {
        return certificates;
    }

    @Nullable SSLContext context() {
        return context;
    }

    @Nullable String clientAuthorities() {
        return clientAuthorities;
    }

    /// {@return what the server wants of its clients' certificates}
    public ClientCertificates clientCertificates() {
        return clientCertificates;
    }

    /// {@return the protocols of which one is chosen (ALPN)}
    public List<String> applicationProtocols() {
        return applicationProtocols;
    }

    /// {@return whether connections begin in the clear}
    public boolean onRequest() {
        return onRequest;
    }

    /// {@return how long a client may take for its handshake}
    public Duration handshakeTimeout() {
        return handshakeTimeout;
    }

    /// {@return how many clients may be in the middle of their handshakes}
    public int maxHandshakes() {
        return maxHandshakes;
    }

    /// {@return how long the files are not looked at}
    public Duration reloadInterval() {
        return reloadInterval;
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        if (context != null) {
            throw new NotSerializableException(
                    "an SSLContext cannot travel to child processes: use certificates in files");
        }
        out.defaultWriteObject();
    }

    private List<Object> parts() {
        return Arrays.asList(
                certificates,
                context,
                clientAuthorities,
                clientCertificates,
                applicationProtocols,
                onRequest,
                handshakeTimeout,
                maxHandshakes,
                reloadInterval);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TlsSettings that && parts().equals(that.parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }

    @Override
    public String toString() {
        return "TLS with %s, client certificates %s%s"
                .formatted(
                        context == null ? certificates : context,
                        clientCertificates,
                        onRequest ? ", on request" : "");
    }
}
