package socketserver.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;

/// The page itself: one file, the same for everybody, that fetches all it shows.
///
/// @param policy what the browser may run and load for it (CSP): the page's own script and style,
///   known by their hashes, and nothing else
record StatusPage(String html, String policy) {
    private static final String FILE = "status.html";

    static StatusPage load() throws IOException {
        try (InputStream file =
                Objects.requireNonNull(StatusPage.class.getResourceAsStream(FILE), FILE)) {
            String html = new String(file.readAllBytes(), UTF_8);
            return new StatusPage(
                    html,
                    "default-src 'none'; script-src '%s'; style-src '%s'; connect-src 'self';"
                                    .formatted(hash(html, "script"), hash(html, "style"))
                            + " img-src data:; base-uri 'none'; form-action 'none';"
                            + " frame-ancestors 'none'");
        }
    }

    private static String hash(String html, String element) {
        String begin = "<" + element + ">";
        String inside =
                html.substring(
                        html.indexOf(begin) + begin.length(), html.indexOf("</" + element + ">"));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(inside.getBytes(UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
