package socketserver.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The HTTP server of the status page: its paths, and how much it takes of whom.
final class StatusServer implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 32;
    private static final int MOST_BODY_BYTES = 64 * 1024;

    /// The bounds of the JDK's HTTP server, which holds them for the whole process: times in
    /// seconds, sizes in bytes.
    private static final Map<String, Object> BOUNDS =
            Map.of(
                    "jdk.httpserver.maxConnections", MOST_CONNECTIONS,
                    "sun.net.httpserver.maxReqTime", 10,
                    "sun.net.httpserver.maxRspTime", 30,
                    "sun.net.httpserver.idleInterval", 30,
                    "sun.net.httpserver.maxReqHeaders", 64,
                    "sun.net.httpserver.maxReqHeaderSize", 16 * 1024,
                    "sun.net.httpserver.nodelay", true);

    private static final Map<String, String> HEADERS =
            Map.of(
                    "Cache-Control", "no-store",
                    "Cross-Origin-Resource-Policy", "same-origin",
                    "Referrer-Policy", "no-referrer",
                    "X-Content-Type-Options", "nosniff",
                    "X-Frame-Options", "DENY");

    private static final List<String> READING = List.of("GET", "HEAD");

    private final HttpServer server;
    private final ExecutorService executor;
    private final StatusGuard guard;
    private final StatusPage page;
    private final StatusSource source;
    private final StatusJson json;
    private final StatusMetrics metrics;
    private final StatusChanges changes;

    private StatusServer(
            HttpServer server, StatusPage page, StatusGuard guard, StatusSource source) {
        this.server = server;
        this.page = page;
        this.guard = guard;
        this.source = source;
        json = new StatusJson(source);
        metrics = new StatusMetrics(source);
        changes = new StatusChanges(source);
        // One for each connection, so that nobody waits for one who sends slowly.
        executor =
                Executors.newFixedThreadPool(
                        MOST_CONNECTIONS, Thread.ofVirtual().name("status-", 0).factory());
    }

    /// Opens the page.
    ///
    /// @throws ListenException if its address cannot be listened on
    static StatusServer open(StatusOptions options, StatusSource source) throws ListenException {
        BOUNDS.forEach((name, value) -> setUnlessSet(name, value.toString()));
        try {
            StatusPage page = StatusPage.load();
            HttpServer server = HttpServer.create(options.address(), MOST_CONNECTIONS);
            StatusServer status = new StatusServer(server, page, new StatusGuard(options), source);
            server.setExecutor(status.executor);
            server.createContext("/", status::handle);
            server.start();
            return status;
        } catch (IOException thrown) {
            throw new ListenException("http://" + options.text(), thrown);
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    /// {@return the address to open in a browser, with the token if it was made here}
    String link() {
        return "http://" + AddressText.hostAndPort(server.getAddress()) + "/" + guard.fragment();
    }

    /// {@return what is completed by the wish for a drain, with the time for it}
    CompletableFuture<Duration> drain() {
        return changes.drain();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            StatusAnswer answer = answer(exchange);
            Headers headers = exchange.getResponseHeaders();
            HEADERS.forEach(headers::set);
            headers.set("Content-Security-Policy", page.policy());
            headers.set("Content-Type", answer.type());
            answer.headers().forEach(headers::set);
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(answer.code(), -1);
            } else {
                byte[] body = answer.body().getBytes(UTF_8);
                exchange.sendResponseHeaders(answer.code(), body.length);
                exchange.getResponseBody().write(body);
                exchange.getResponseBody().close();
            }
            answer.then().run();
        }
    }

    private StatusAnswer answer(HttpExchange exchange) throws IOException {
        try {
            // An opaque URI has none.
            String path = String.valueOf(exchange.getRequestURI().getPath());
            guard.checkSite(exchange);
            return StatusChanges.PATHS.contains(path)
                    ? changed(exchange, path)
                    : read(exchange, path);
        } catch (StatusRefusal refusal) {
            return StatusAnswer.refusal(refusal);
        } catch (RuntimeException failed) {
            Terminal.println("status page: " + failed, failed);
            return StatusAnswer.text(500, "failed: standard error says why");
        }
    }

    private StatusAnswer read(HttpExchange exchange, String path)
            throws StatusRefusal, IOException {
        if (!READING.contains(exchange.getRequestMethod())) {
            return wrongMethod("GET, HEAD");
        }
        return switch (path) {
            // It tells nothing by itself, and asks for the token.
            case "/" -> StatusAnswer.of("text/html; charset=utf-8", page.html());
            // Nor does this tell more than who connects finds out, and balancers have no token.
            case "/healthz" ->
                    source.isReady()
                            ? StatusAnswer.text(200, "ready")
                            : StatusAnswer.text(503, "not ready");
            case "/status.json" -> {
                guard.checkReader(exchange);
                yield StatusAnswer.json(
                        json.all("rows=newest".equals(exchange.getRequestURI().getQuery())));
            }
            case "/metrics" -> {
                guard.checkReader(exchange);
                yield StatusAnswer.of(StatusMetrics.TYPE, metrics.text());
            }
            default ->
                    StatusAnswer.text(404, "not found: / is the page, and docs/status.md has all");
        };
    }

    private static StatusAnswer wrongMethod(String allowed) {
        return StatusAnswer.text(405, "only " + allowed).with("Allow", allowed);
    }

    private StatusAnswer changed(HttpExchange exchange, String path)
            throws StatusRefusal, IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            return wrongMethod("POST");
        }
        guard.checkToken(exchange);
        byte[] body = exchange.getRequestBody().readNBytes(MOST_BODY_BYTES + 1);
        if (body.length > MOST_BODY_BYTES) {
            throw new StatusRefusal(
                    413, "body must have at most %d bytes".formatted(MOST_BODY_BYTES));
        }
        return changes.make(path, object(new String(body, UTF_8)));
    }

    private static JsonObject object(String text) throws StatusRefusal {
        JsonReader reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        try {
            JsonElement element =
                    text.isBlank() ? new JsonObject() : JsonParser.parseReader(reader);
            if (element.isJsonObject()) {
                return element.getAsJsonObject();
            }
        } catch (JsonParseException wrong) {
            // Said below.
        }
        throw new StatusRefusal(400, "body must be an object of JSON: {\"id\": 7}");
    }

    /// Ends the page; connections that are left are closed.
    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
