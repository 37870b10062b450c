package socketserver.tls;

import org.jspecify.annotations.Nullable;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/// Shows each client the certificate for the name that it asks for, and the first one if there is
/// none, or it asks for none.
///
/// An alias is the index of the identity.
final class NamedKeys extends X509ExtendedKeyManager {
    private final List<Identity> identities;

    NamedKeys(List<Identity> identities) {
        this.identities = List.copyOf(identities);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        String name = asked(engine);
        List<Identity> named =
                name == null
                        ? List.of()
                        : identities.stream().filter(each -> each.isFor(name)).toList();
        for (Identity each : named.isEmpty() ? identities : named) {
            if (each.keyType().equals(keyType)) {
                return Integer.toString(identities.indexOf(each));
            }
        }
        return null;
    }

    private static @Nullable String asked(SSLEngine engine) {
        return ((ExtendedSSLSession) engine.getHandshakeSession())
                .getRequestedServerNames().stream()
                        .filter(SNIHostName.class::isInstance)
                        .map(name -> ((SNIHostName) name).getAsciiName())
                        .findFirst()
                        .orElse(null);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return identity(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return identity(alias).key();
    }

    private Identity identity(String alias) {
        return identities.get(Integer.parseInt(alias));
    }

    // For sockets and clients, which there are none of

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
