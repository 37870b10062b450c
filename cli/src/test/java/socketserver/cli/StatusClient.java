package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/// A client of the status page of a command.
final class StatusClient implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI page;
    private final @Nullable String token;

    private StatusClient(URI page, @Nullable String token) {
        this.page = page;
        this.token = token;
    }

    /// {@return the client of a command that has just said that it listens}
    static StatusClient of(RunningCommand command) throws IOException {
        String line = command.line();
        assertThat(line).as(command.err()).startsWith("status on http://");
        URI link = URI.create(line.substring("status on ".length()));
        String fragment = link.getFragment();
        return new StatusClient(
                link.resolve("/"), fragment == null ? null : fragment.substring("token=".length()));
    }

    /// {@return the client that has another token, or none}
    StatusClient with(@Nullable String token) {
        return new StatusClient(page, token);
    }

    URI page() {
        return page;
    }

    @Nullable String token() {
        return token;
    }

    /// {@return the address that was printed}
    String link() {
        return token == null ? page.toString() : page + "#token=" + token;
    }

    /// {@return a connection on which nothing was asked yet}
    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), page.getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    /// {@return the answer to a GET with headers that the JDK's client would not send}
    String raw(String path, String headers) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write(
                            "GET %s HTTP/1.1\r\n%s\r\nConnection: close\r\n\r\n"
                                    .formatted(path, headers)
                                    .getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(page.resolve(path)).timeout(Duration.ofSeconds(20));
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return send(request(path).POST(BodyPublishers.ofString(body)));
    }

    /// {@return what was done, or why not}
    String change(String path, String body) throws Exception {
        JsonObject answer = JsonParser.parseString(post(path, body).body()).getAsJsonObject();
        return answer.get(answer.has("done") ? "done" : "error").getAsString();
    }

    /// {@return all that there is to see}
    JsonObject status() throws Exception {
        HttpResponse<String> answer = get("/status.json");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonParser.parseString(answer.body()).getAsJsonObject();
    }

    /// {@return the counts and the state of the only server}
    JsonObject server() throws Exception {
        return status().getAsJsonArray("servers").get(0).getAsJsonObject();
    }

    String limit(String name) throws Exception {
        return status().getAsJsonObject("limits").get(name).getAsString();
    }

    /// {@return the rows of live requests}
    List<JsonObject> rows() throws Exception {
        return status().getAsJsonObject("requests").getAsJsonArray("rows").asList().stream()
                .map(row -> row.getAsJsonObject())
                .toList();
    }

    @Override
    public void close() {
        client.close();
    }
}
