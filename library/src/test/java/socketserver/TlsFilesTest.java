package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.tls.ClientCertificates;
import socketserver.tls.TlsCertificate;
import socketserver.tls.TlsSettings;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;

import javax.net.ssl.SSLContext;

/// What certificates and keys a server reads of files, and what it says of those that it cannot
/// use.
@Timeout(30)
class TlsFilesTest {
    private static final Authority AUTHORITY = Credentials.shared().authority();
    private static final String PASSWORD = "secret";

    @TempDir private Path folder;
    private Path certificate;
    private Path key;

    @BeforeEach
    void nameFiles() {
        certificate = folder.resolve("tls.crt");
        key = folder.resolve("tls.key");
    }

    private void write(Authority.Issued issued, String label, byte[] encodedKey) throws Exception {
        // Words around the blocks are what `openssl x509 -text` writes.
        Files.writeString(
                certificate, "Certificate:\n  Data: é\n" + Credentials.pem(issued.certificate()));
        Files.writeString(key, Credentials.pem(label, encodedKey));
    }

    /// {@return whom a client sees that asks a server with those settings}
    private static String shown(TlsSettings settings) throws Exception {
        SSLContext client = Credentials.shared().client();
        try (var server =
                        SocketServer.tcp(Peer.anyPort())
                                .threading()
                                .tls(settings)
                                .open(request -> request.output().writeLine("hello"));
                var channel = SocketChannel.open(server.address());
                TlsChannel tls = TlsChannel.of(channel, client)) {
            server.start();
            X509Certificate shown = (X509Certificate) tls.session().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void readsKeysOfEveryKind(String kind) throws Exception {
        Authority.Issued issued = AUTHORITY.issue(kind, Duration.ofDays(1), "of-" + kind);
        write(issued, "PRIVATE KEY", issued.keys().getPrivate().getEncoded());
        assertThat(shown(TlsSettings.pem(certificate, key))).isEqualTo("CN=of-" + kind);
    }

    @ParameterizedTest
    @CsvSource({"EC, EC PRIVATE KEY", "RSA, RSA PRIVATE KEY"})
    void readsKeysOfOlderForms(String kind, String label) throws Exception {
        Authority.Issued issued = AUTHORITY.issue(kind, Duration.ofDays(1), "old");
        ASN1Encodable old =
                PrivateKeyInfo.getInstance(issued.keys().getPrivate().getEncoded())
                        .parsePrivateKey();
        byte[] encoded = old.toASN1Primitive().getEncoded();
        write(issued, label, encoded);
        assertThat(shown(TlsSettings.pem(certificate, key))).isEqualTo("CN=old");
    }

    @Test
    void readsAnEncryptedKey() throws Exception {
        Authority.Issued issued = AUTHORITY.issue("hidden");
        var encryptor =
                new JceOpenSSLPKCS8EncryptorBuilder(JcaPKCS8Generator.AES_256_CBC)
                        .setProvider(new BouncyCastleProvider())
                        .setPassword(PASSWORD.toCharArray())
                        .build();
        byte[] encrypted =
                new JcaPKCS8Generator(issued.keys().getPrivate(), encryptor)
                        .generate()
                        .getContent();
        write(issued, "ENCRYPTED PRIVATE KEY", encrypted);
        TlsCertificate known = TlsCertificate.pem(certificate, key, PASSWORD);
        assertThat(shown(TlsSettings.of(known))).isEqualTo("CN=hidden");
        assertThat(known.toString()).doesNotContain(PASSWORD);
        assertThatThrownBy(() -> shown(TlsSettings.pem(certificate, key)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no password");
        assertThatThrownBy(
                        () -> shown(TlsSettings.of(TlsCertificate.pem(certificate, key, "wrong"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tls.key");
    }

    @Test
    void readsKeyAndCertificateOfOneFile() throws Exception {
        Authority.Issued issued = AUTHORITY.issue("both");
        write(issued, "PRIVATE KEY", issued.keys().getPrivate().getEncoded());
        Files.writeString(certificate, Files.readString(key) + Files.readString(certificate));
        assertThat(shown(TlsSettings.pem(certificate, certificate))).isEqualTo("CN=both");
    }

    @Test
    void readsAKeyStore() throws Exception {
        Authority.Issued issued = AUTHORITY.issue("stored");
        Path file = folder.resolve("store.p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "any",
                issued.keys().getPrivate(),
                PASSWORD.toCharArray(),
                new X509Certificate[] {issued.certificate()});
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        assertThat(shown(TlsSettings.keyStore(file, PASSWORD))).isEqualTo("CN=stored");
        assertThatThrownBy(() -> shown(TlsSettings.keyStore(file, "wrong")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("password");
    }

    @Test
    void takesAContextThatAProgramHasMade() throws Exception {
        SSLContext context = AUTHORITY.client(AUTHORITY.issue("made"));
        assertThat(shown(TlsSettings.of(context))).isEqualTo("CN=made");
        assertThatThrownBy(
                        () -> TlsSettings.of(context).withCertificate(TlsCertificate.pem(key, key)))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void saysWhatIsWrongWithFiles() throws Exception {
        Authority.Issued issued = AUTHORITY.issue("mine");
        byte[] encoded = issued.keys().getPrivate().getEncoded();
        assertThatThrownBy(() -> shown(TlsSettings.pem(certificate, key)))
                .isInstanceOf(NoSuchFileException.class);
        write(issued, "PRIVATE KEY", AUTHORITY.issue("other").keys().getPrivate().getEncoded());
        assertThatThrownBy(() -> shown(TlsSettings.pem(certificate, key)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not that of the certificate for CN=mine");
        write(issued, "PUBLIC KEY", encoded);
        assertThatThrownBy(() -> shown(TlsSettings.pem(certificate, key)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no private key");
        write(issued, "PRIVATE KEY", new byte[] {1, 2, 3});
        assertThatThrownBy(() -> shown(TlsSettings.pem(certificate, key)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tls.key");
        Files.writeString(certificate, "nothing\n");
        assertThatThrownBy(() -> shown(TlsSettings.pem(certificate, key)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no certificate");
        write(AUTHORITY.issue("EC", Duration.ofDays(-1), "late"), "PRIVATE KEY", encoded);
        assertThatThrownBy(() -> shown(TlsSettings.pem(certificate, key)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("NotAfter");
    }

    @Test
    void wantsSomebodyWhoVouchesForClients() {
        TlsSettings settings =
                Credentials.shared().settings().withClientCertificates(ClientCertificates.REQUIRED);
        assertThatThrownBy(() -> shown(settings))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("withClientAuthorities");
    }

    @Test
    void isNotForDatagrams() {
        assertThatThrownBy(
                        () ->
                                SocketServer.udp(Peer.anyPort())
                                        .tls(Credentials.shared().settings())
                                        .open(_ -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("DTLS");
    }

    @Test
    void keepsTheSettingsOfAServer() throws Exception {
        try (var server =
                SocketServer.tcp(Peer.anyPort())
                        .tls(Credentials.shared().settings())
                        .open(_ -> {})) {
            assertThatThrownBy(() -> server.options(server.options().withTls(null)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("reloadTls");
        }
    }
}
