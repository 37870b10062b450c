package socketserver.tls;

import org.jspecify.annotations.Nullable;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/// Where a certificate and its private key are: in files, which are read again when they change.
///
/// Immutable.
public final class TlsCertificate implements Serializable {
    private static final long serialVersionUID = 1;

    // Paths as text, because a java.nio.file.Path cannot be serialized.
    private final String file;
    // Null if the file is a key store.
    private final @Nullable String keyFile;
    private final @Nullable String password;

    private TlsCertificate(Path file, @Nullable Path keyFile, @Nullable String password) {
        this.file = file.toAbsolutePath().toString();
        this.keyFile = keyFile == null ? null : keyFile.toAbsolutePath().toString();
        this.password = password;
    }

    /// {@return the certificate in a PEM file ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)),
    /// with those behind it that vouch for it, and the key in another or the same one}
    ///
    /// The key may be of PKCS#8 (`BEGIN PRIVATE KEY`), or in the older forms `BEGIN RSA PRIVATE
    /// KEY` and `BEGIN EC PRIVATE KEY`.
    public static TlsCertificate pem(Path certificates, Path key) {
        return new TlsCertificate(certificates, key, null);
    }

    /// {@return the same with a key that is encrypted by a password (`BEGIN ENCRYPTED PRIVATE
    /// KEY`)}
    public static TlsCertificate pem(Path certificates, Path key, String password) {
        return new TlsCertificate(certificates, key, Objects.requireNonNull(password, "password"));
    }

    /// {@return all certificates with keys in a key store of any kind that the JDK knows, PKCS #12
    /// for instance}
    public static TlsCertificate keyStore(Path file, String password) {
        return new TlsCertificate(file, null, Objects.requireNonNull(password, "password"));
    }

    /// {@return the files that it is in}
    List<String> files() {
        return keyFile == null ? List.of(file) : List.of(file, keyFile);
    }

    /// Reads it.
    ///
    /// @throws IOException if the files cannot be read, or it is none that can be used now
    List<Identity> load() throws IOException {
        try {
            List<Identity> found = keyFile == null ? fromKeyStore() : List.of(fromPem(keyFile));
            for (Identity each : found) {
                each.check();
            }
            return found;
        } catch (GeneralSecurityException | IllegalArgumentException bad) {
            throw new IOException("%s: %s".formatted(this, bad.getMessage()), bad);
        }
    }

    private Identity fromPem(String key) throws IOException, GeneralSecurityException {
        var chain = Pem.read(Path.of(file)).certificates();
        return Identity.of(
                chain,
                Pem.read(Path.of(key)).privateKey(chain.getFirst().getPublicKey(), password));
    }

    private List<Identity> fromKeyStore() throws IOException, GeneralSecurityException {
        char[] secret = Objects.requireNonNull(password).toCharArray();
        KeyStore store = KeyStore.getInstance(new File(file), secret);
        List<Identity> found = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                found.add(Identity.of(store, alias, secret));
            }
        }
        if (found.isEmpty()) {
            throw new IOException(this + ": there is no certificate with a key");
        }
        return found;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TlsCertificate that
                && file.equals(that.file)
                && Objects.equals(keyFile, that.keyFile)
                && Objects.equals(password, that.password);
    }

    @Override
    public int hashCode() {
        return Objects.hash(file, keyFile);
    }

    /// {@return the files, without the password}
    @Override
    public String toString() {
        return keyFile == null ? file : file + " with " + keyFile;
    }
}
