package socketserver.request;

import org.jspecify.annotations.Nullable;

import java.security.cert.X509Certificate;
import java.util.List;

/// What a client and the server have agreed upon in their TLS handshake ([RFC
/// 8446](https://www.rfc-editor.org/rfc/rfc8446), or [RFC
/// 5246](https://www.rfc-editor.org/rfc/rfc5246) for `TLSv1.2`).
///
/// @param protocol `TLSv1.3` or `TLSv1.2`
/// @param cipherSuite the suite, `TLS_AES_256_GCM_SHA384` for instance
/// @param serverName the name that the client has asked for (SNI, [RFC
///   6066](https://www.rfc-editor.org/rfc/rfc6066#section-3)), or null if it has named none
/// @param applicationProtocol the protocol that was chosen (ALPN, [RFC
///   7301](https://www.rfc-editor.org/rfc/rfc7301)), or null if none was
/// @param clientCertificates the client's certificate and those that vouch for it, its own first;
///   empty if it has shown none
public record TlsSession(
        String protocol,
        String cipherSuite,
        @Nullable String serverName,
        @Nullable String applicationProtocol,
        List<X509Certificate> clientCertificates) {
    /// Checks nothing: makes an immutable copy of the list.
    public TlsSession {
        clientCertificates = List.copyOf(clientCertificates);
    }

    /// {@return whom the client's certificate names (its subject, by RFC 2253), or null if it has
    /// shown none}
    public @Nullable String clientName() {
        return clientCertificates.isEmpty()
                ? null
                : clientCertificates.getFirst().getSubjectX500Principal().getName();
    }
}
