package socketserver.tls;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// The certificates of a server as they are now: they are read again when their files have changed,
/// and those that cannot be used take nobody's place.
///
/// It is the content of the files that counts, so that links which are turned to others, as
/// Kubernetes does with secrets, are found as well. Any thread may use it.
public final class TlsContext {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    // The copies of a server that one child process has after the other have the same.
    private static volatile @Nullable TlsContext last;

    private final TlsSettings settings;
    private final AtomicLong nextLook = new AtomicLong();
    // Written under the lock of this.
    private volatile SSLContext current;
    // What was read of the files last, be it good or bad. Guarded by the lock of this.
    private byte[] seen;

    private TlsContext(TlsSettings settings) throws IOException {
        this.settings = settings;
        seen = digest();
        current = read();
        looked();
    }

    /// {@return the context of those settings}
    ///
    /// @throws IOException if a file cannot be read, or has nothing that can be used now
    public static TlsContext load(TlsSettings settings) throws IOException {
        return new TlsContext(settings);
    }

    /// {@return the same, or the last one that was made so, if it is of the same settings}
    ///
    /// @throws IOException if a file cannot be read, or has nothing that can be used now
    public static TlsContext shared(TlsSettings settings) throws IOException {
        TlsContext made = last;
        if (made == null || !made.settings.equals(settings)) {
            made = new TlsContext(settings);
            last = made;
        }
        return made;
    }

    /// {@return what it is made by}
    public TlsSettings settings() {
        return settings;
    }

    /// {@return the server's side of a new connection}
    public SSLEngine newEngine() {
        lookAgain();
        SSLEngine engine = current.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setCipherSuites(suites(parameters));
        parameters.setUseCipherSuitesOrder(true);
        switch (settings.clientCertificates()) {
            case IGNORED -> parameters.setNeedClientAuth(false);
            case WANTED -> parameters.setWantClientAuth(true);
            case REQUIRED -> parameters.setNeedClientAuth(true);
        }
        parameters.setApplicationProtocols(settings.applicationProtocols().toArray(String[]::new));
        engine.setSSLParameters(parameters);
        return engine;
    }

    /// {@return those that authenticate what they encrypt, with keys of one connection (RFC 9325,
    /// 4.2), in the JDK's order}
    private static String[] suites(SSLParameters parameters) {
        return Arrays.stream(parameters.getCipherSuites())
                .filter(suite -> suite.contains("_GCM_") || suite.contains("_CHACHA20_"))
                .filter(suite -> suite.startsWith("TLS_ECDHE_") || !suite.contains("_WITH_"))
                .toArray(String[]::new);
    }

    // Files that change

    /// Reads the files and uses what they have from the next handshake on.
    ///
    /// @throws IOException if that cannot be used; what was there before stays in use
    public synchronized void reload() throws IOException {
        seen = digest();
        current = read();
        looked();
    }

    private void looked() {
        nextLook.set(System.nanoTime() + settings.reloadInterval().toNanos());
    }

    /// Looks whether the files have changed, if it is time.
    private void lookAgain() {
        long due = nextLook.get();
        long now = System.nanoTime();
        if (now - due < 0
                || !nextLook.compareAndSet(due, now + settings.reloadInterval().toNanos())) {
            return;
        }
        try {
            reloadIfChanged();
        } catch (IOException bad) {
            log().log(
                            Level.WARNING,
                            "certificates have changed and cannot be used; those before stay in"
                                    + " use: {0}",
                            bad.getMessage());
        }
    }

    private synchronized void reloadIfChanged() throws IOException {
        byte[] now = digest();
        if (!MessageDigest.isEqual(now, seen)) {
            seen = now;
            current = read();
            log().log(Level.INFO, "certificates have changed and are in use: {0}", settings);
        }
    }

    private static System.Logger log() {
        return System.getLogger("socketserver.tls");
    }

    private byte[] digest() throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String file : files()) {
                digest.update(Files.readAllBytes(Path.of(file)));
            }
            return digest.digest();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private List<String> files() {
        List<String> files = new ArrayList<>();
        settings.certificates().forEach(each -> files.addAll(each.files()));
        String authorities = settings.clientAuthorities();
        if (authorities != null) {
            files.add(authorities);
        }
        return files;
    }

    private SSLContext read() throws IOException {
        SSLContext given = settings.context();
        if (given != null) {
            return given;
        }
        List<Identity> identities = new ArrayList<>();
        for (TlsCertificate each : settings.certificates()) {
            identities.addAll(each.load());
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new NamedKeys(identities)}, trusted(), null);
            return context;
        } catch (GeneralSecurityException bad) {
            throw new IOException(settings + ": " + bad.getMessage(), bad);
        }
    }

    /// {@return who says whether clients are trusted; nobody's word is good enough unless somebody
    /// was named}
    private TrustManager[] trusted() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        String authorities = settings.clientAuthorities();
        if (authorities == null) {
            if (settings.clientCertificates() != ClientCertificates.IGNORED) {
                throw new IOException(
                        "client certificates are %s, but nobody was said to vouch for them: %s"
                                .formatted(
                                        settings.clientCertificates(),
                                        "use withClientAuthorities"));
            }
            return new TrustManager[0];
        }
        int count = 0;
        for (X509Certificate each : Pem.read(Path.of(authorities)).certificates()) {
            store.setCertificateEntry("authority-" + count++, each);
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
