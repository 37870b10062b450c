package socketserver.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Who may ask the status page, and for what.
///
/// Whoever has the token sends it in a header, `Authorization: Bearer TOKEN`. A browser adds no
/// such header by itself, as it does a cookie: another site's page that asks in its user's name has
/// nothing to show.
final class StatusGuard {
    private static final int TOKEN_BYTES = 24;
    private static final Pattern HOST =
            Pattern.compile("(?:\\[(?<v6>[^]]*)]|(?<other>[^:]*))(?::\\d*)?");
    private static final String BEARER = "Bearer ";

    private final String configured;
    private final boolean closed;
    private final String token;

    StatusGuard(StatusOptions options) {
        configured = options.host();
        closed = options.isClosed();
        String given = options.token();
        token = given == null ? random() : given;
    }

    private static String random() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// {@return what the page finds the token by: the part of its address that no browser sends to
    /// a server; nothing if the operator knows the token anyway}
    String fragment() {
        return closed ? "" : "#token=" + token;
    }

    /// Refuses what another site's page asks for, under a name which its owner lets point at this
    /// machine (DNS rebinding) or under our own.
    void checkSite(HttpExchange exchange) throws StatusRefusal {
        String host = only(exchange, "Host");
        if (host != null && !isOurs(host, exchange.getLocalAddress().getAddress())) {
            throw new StatusRefusal(
                    403,
                    "host (%s) must be the address that was asked, or the host of --status"
                            .formatted(host));
        }
        String origin = only(exchange, "Origin");
        if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
            throw new StatusRefusal(
                    403, "origin (%s) must be that of the status page".formatted(origin));
        }
    }

    private boolean isOurs(String header, InetAddress asked) {
        Matcher parts = HOST.matcher(header);
        if (!parts.matches()) {
            return false;
        }
        String host = parts.group("v6") == null ? parts.group("other") : parts.group("v6");
        if (host.isEmpty()) {
            return false;
        }
        if (host.equalsIgnoreCase(configured)
                || (asked.isLoopbackAddress() && host.equalsIgnoreCase("localhost"))) {
            return true;
        }
        try {
            // Where all needs the token, an address of which this machine need not know, that of a
            // container's host for example, is as good: nobody can let another one point at us.
            InetAddress address = InetAddress.ofLiteral(host);
            return closed || address.equals(asked);
        } catch (IllegalArgumentException name) {
            return false;
        }
    }

    /// Refuses who needs the token for reading and has not got it.
    void checkReader(HttpExchange exchange) throws StatusRefusal {
        if (closed) {
            checkToken(exchange);
        }
    }

    /// Refuses who has not got the token.
    void checkToken(HttpExchange exchange) throws StatusRefusal {
        String given = only(exchange, "Authorization");
        if (given == null || !given.startsWith(BEARER)) {
            throw new StatusRefusal(
                    403, "the token is missing: send the header Authorization: Bearer TOKEN");
        }
        // In a time that does not tell how many characters are right.
        if (!MessageDigest.isEqual(
                given.substring(BEARER.length()).getBytes(UTF_8), token.getBytes(UTF_8))) {
            throw new StatusRefusal(
                    403,
                    "the token is wrong: it was printed at the start, or set by --status-token");
        }
    }

    private static @Nullable String only(HttpExchange exchange, String header)
            throws StatusRefusal {
        List<String> values = exchange.getRequestHeaders().getOrDefault(header, List.of());
        if (values.size() > 1) {
            throw new StatusRefusal(400, "header %s must be there once".formatted(header));
        }
        return values.isEmpty() ? null : values.getFirst();
    }
}
