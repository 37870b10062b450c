package socketserver;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Who vouches for certificates, made for a test.
final class Authority {
    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final Issued own;

    /// A certificate with its key.
    record Issued(X509Certificate certificate, KeyPair keys) {}

    Authority(String name) throws Exception {
        KeyPair keys = keys("EC");
        own = new Issued(made(name, name, keys, keys, true, Duration.ofDays(1)), keys);
    }

    X509Certificate certificate() {
        return own.certificate();
    }

    /// {@return a certificate with a key of that kind, for those names or addresses, the first of
    /// which is its subject}
    Issued issue(String kind, Duration lasts, String... names) throws Exception {
        KeyPair keys = keys(kind);
        return new Issued(
                made(
                        certificate().getSubjectX500Principal().getName().substring(3),
                        names[0],
                        own.keys(),
                        keys,
                        false,
                        lasts,
                        names),
                keys);
    }

    Issued issue(String... names) throws Exception {
        return issue("EC", Duration.ofDays(1), names);
    }

    private static KeyPair keys(String kind) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
        switch (kind) {
            case "EC" -> generator.initialize(new ECGenParameterSpec("secp256r1"));
            case "RSA" -> generator.initialize(2048);
            default -> {
                // It has one size only.
            }
        }
        return generator.generateKeyPair();
    }

    private static X509Certificate made(
            String issuer,
            String subject,
            KeyPair issuerKeys,
            KeyPair keys,
            boolean authority,
            Duration lasts,
            String... names)
            throws Exception {
        Instant now = Instant.now();
        Instant from = now.minus(Duration.ofDays(2));
        var builder =
                new JcaX509v3CertificateBuilder(
                        new X500Name("CN=" + issuer),
                        BigInteger.valueOf(SERIAL.getAndIncrement()),
                        Date.from(from),
                        Date.from(now.plus(lasts)),
                        new X500Name("CN=" + subject),
                        keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        if (names.length > 0) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(
                            Arrays.stream(names)
                                    .map(Authority::alternative)
                                    .toArray(GeneralName[]::new)));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(issuerKeys.getPrivate())));
    }

    private static GeneralName alternative(String name) {
        boolean address = Character.isDigit(name.charAt(0)) || name.contains(":");
        return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    /// {@return what a client needs who trusts this, and shows that certificate if it is not null}
    SSLContext client(@org.jspecify.annotations.Nullable Issued shown) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", certificate());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore identity = KeyStore.getInstance("PKCS12");
        identity.load(null, null);
        if (shown != null) {
            identity.setKeyEntry(
                    "client",
                    shown.keys().getPrivate(),
                    new char[0],
                    new X509Certificate[] {shown.certificate()});
        }
        keys.init(identity, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
