package socketserver.benchmark.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// The certificate that all servers of a race show: one with a key on the curve P-256, made by
/// `keytool` before the first of them starts.
public final class Certificate {
    /// The password of the key store.
    static final String PASSWORD = "benchmark";

    private static final String FILE = "benchmark.certificate";

    private Certificate() {}

    /// {@return an option that tells a JVM where it is}
    public static synchronized String option() throws IOException {
        if (System.getProperty(FILE) == null) {
            Path file = Files.createTempDirectory("certificate").resolve("store.p12");
            make(file);
            System.setProperty(FILE, file.toString());
        }
        return "-D" + FILE + "=" + file();
    }

    private static void make(Path file) throws IOException {
        Process keytool =
                new ProcessBuilder(
                                List.of(
                                        System.getProperty("java.home") + "/bin/keytool",
                                        "-genkeypair",
                                        "-alias",
                                        "server",
                                        "-keyalg",
                                        "EC",
                                        "-groupname",
                                        "secp256r1",
                                        "-dname",
                                        "CN=localhost",
                                        "-validity",
                                        "7",
                                        "-keystore",
                                        file.toString(),
                                        "-storepass",
                                        PASSWORD))
                        .inheritIO()
                        .start();
        try {
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool has failed: " + keytool.exitValue());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException(stop);
        }
    }

    /// {@return the key store}
    static Path file() {
        return Path.of(System.getProperty(FILE));
    }

    /// {@return what shows it}
    static KeyManagerFactory keys() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file())) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        return keys;
    }

    /// {@return a context of the JDK's that shows it}
    static SSLContext context() throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys().getKeyManagers(), null, null);
        return context;
    }
}
