package socketserver;

import static java.nio.charset.StandardCharsets.US_ASCII;

import socketserver.tls.TlsSettings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Base64;

import javax.net.ssl.SSLContext;

/// What TLS of tests needs: an authority, a server's certificate and key in files, and clients that
/// trust it. Made once for all.
record Credentials(Authority authority, Path folder, Path certificate, Path key) {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private static final class Shared {
        static final Credentials CREDENTIALS = made();

        private static Credentials made() {
            try {
                Authority authority = new Authority("tests");
                Path folder = Files.createTempDirectory("socketserver-tls");
                folder.toFile().deleteOnExit();
                Path certificate = folder.resolve("server.pem");
                Path key = folder.resolve("server.key");
                write(authority.issue("localhost", "127.0.0.1", "::1"), certificate, key);
                Files.writeString(
                        folder.resolve("authority.pem"),
                        pem("CERTIFICATE", authority.certificate().getEncoded()));
                for (String name : new String[] {"server.pem", "server.key", "authority.pem"}) {
                    folder.resolve(name).toFile().deleteOnExit();
                }
                return new Credentials(authority, folder, certificate, key);
            } catch (Exception thrown) {
                throw new IllegalStateException(thrown);
            }
        }
    }

    static Credentials shared() {
        return Shared.CREDENTIALS;
    }

    /// {@return what a server of them has}
    TlsSettings settings() {
        return TlsSettings.pem(certificate, key);
    }

    /// {@return the certificate of who vouches for them, in a file}
    Path authorityFile() {
        return folder.resolve("authority.pem");
    }

    SSLContext client() {
        try {
            return authority.client(null);
        } catch (Exception thrown) {
            throw new IllegalStateException(thrown);
        }
    }

    /// Writes a certificate and its key, one after the other as programs do which renew them.
    static void write(Authority.Issued issued, Path certificate, Path key) throws Exception {
        Files.writeString(certificate, pem(issued.certificate()));
        Files.writeString(key, pem("PRIVATE KEY", issued.keys().getPrivate().getEncoded()));
    }

    static String pem(X509Certificate certificate) throws Exception {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    static String pem(String label, byte[] content) throws IOException {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, new String(LINES.encode(content), US_ASCII), label);
    }
}
