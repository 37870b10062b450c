package socketserver.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/// Whom a server can show itself as: a certificate, those that vouch for it, and its key.
///
/// @param chain the certificate, and behind it those that vouch for it
/// @param names whom the certificate is for: its alternative names of the DNS, in small letters
record Identity(List<X509Certificate> chain, PrivateKey key, List<String> names) {
    // The kind of a name in an alternative name that is one of the DNS (RFC 5280, 4.2.1.6).
    private static final int DNS_NAME = 2;

    static Identity of(List<X509Certificate> chain, PrivateKey key) {
        return new Identity(chain, key, names(chain.getFirst()));
    }

    static Identity of(KeyStore store, String alias, char[] password)
            throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate each : store.getCertificateChain(alias)) {
            chain.add((X509Certificate) each);
        }
        return of(chain, (PrivateKey) store.getKey(alias, password));
    }

    X509Certificate certificate() {
        return chain.getFirst();
    }

    /// {@return the kind of its key, as TLS asks for it}
    String keyType() {
        return certificate().getPublicKey().getAlgorithm();
    }

    /// Throws if it cannot be used: it is too early or too late for it, or the key is another's.
    void check() throws GeneralSecurityException, IOException {
        certificate().checkValidity();
        PublicKey known = certificate().getPublicKey();
        byte[] message = {1};
        Signature signer = Signature.getInstance(signature());
        signer.initSign(key);
        signer.update(message);
        byte[] signed = signer.sign();
        signer.initVerify(known);
        signer.update(message);
        if (!signer.verify(signed)) {
            throw new IOException(
                    "the key is not that of the certificate for "
                            + certificate().getSubjectX500Principal());
        }
    }

    private String signature() throws GeneralSecurityException {
        return switch (keyType()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "RSASSA-PSS", "EdDSA", "Ed25519", "Ed448" -> keyType();
            default ->
                    throw new GeneralSecurityException(
                            "keys of the kind %s are none of TLS 1.2 and 1.3".formatted(keyType()));
        };
    }

    /// {@return whether it is for that name: one of its alternative names, whose first label may be
    /// `*` (RFC 6125, 6.4)}
    boolean isFor(String name) {
        String asked = name.toLowerCase(Locale.ROOT);
        int dot = asked.indexOf('.');
        String wild = dot < 0 ? asked : "*" + asked.substring(dot);
        return names.stream().anyMatch(own -> own.equals(asked) || own.equals(wild));
    }

    private static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> each : alternatives) {
                    if (Integer.valueOf(DNS_NAME).equals(each.get(0))) {
                        names.add(String.valueOf(each.get(1)).toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException unreadable) {
            // Then it is for no name, and shown where no other is.
        }
        return names;
    }
}
