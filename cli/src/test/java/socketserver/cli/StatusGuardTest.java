package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;

/// What the status page refuses: nothing of this class changes the command, which all tests share.
@Timeout(60)
class StatusGuardTest {
    private static RunningCommand command;
    private static StatusClient client;

    @BeforeAll
    static void serve() throws IOException {
        command = RunningCommand.serve(1, "tcp://127.0.0.1:0", "--status", "127.0.0.1:0");
        client = StatusClient.of(command);
    }

    @AfterAll
    static void end() throws IOException {
        client.close();
        command.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/suspend", "/resume", "/close", "/limits", "/drain"})
    void nothingIsChangedWithoutTheTokenOrByGet(String path) throws Exception {
        try (var wrong = client.with("x".repeat(32));
                var none = client.with(null);
                Socket socket = command.connect()) {
            await().until(() -> row(socket).isPresent());
            String body = "{\"id\": %s, \"time\": \"1s\"}".formatted(row(socket).get().get("id"));
            assertThat(client.get(path).statusCode()).isEqualTo(405);
            assertThat(client.get(path + "?id=1&time=1s").statusCode()).isEqualTo(405);
            assertThat(client.send(client.request(path).PUT(BodyPublishers.ofString(body))))
                    .returns(405, HttpResponse::statusCode);
            assertThat(wrong.post(path, body).statusCode()).isEqualTo(403);
            assertThat(none.post(path, body).statusCode()).isEqualTo(403);
            assertThat(none.post(path + "?token=" + client.token(), body).statusCode())
                    .isEqualTo(403);

            assertThat(none.status().get("ready").getAsBoolean()).isTrue();
            assertThat(row(socket)).isPresent();
        }
    }

    private static Optional<JsonObject> row(Socket socket) throws Exception {
        String name = "127.0.0.1:" + socket.getLocalPort();
        return client.rows().stream()
                .filter(row -> row.get("client").getAsString().equals(name))
                .findFirst();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"max-connections\": 0} | maxConnections (0) must be positive",
                "{\"max-per-client\": 3, \"min-rate\": -1} | minimum rate (-1) must not be negat",
                "{\"max-per-client\": 3, \"size\": 1} | limit (size) must be one of those",
                "{\"max-per-client\": [3]} | max-per-client must be a text or a number",
                "{} | no limit was given",
                "[] | body must be an object of JSON",
                "{\"max-per-client\" | body must be an object of JSON",
                "max-per-client=3 | body must be an object of JSON",
            })
    void aBadChangeKeepsTheOldAndSaysWhy(String body, String why) throws Exception {
        JsonObject before = client.status().getAsJsonObject("limits");

        HttpResponse<String> answer = client.post("/limits", body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body().replace("\\\"", "\"")).startsWith("{\"error\":\"" + why);
        assertThat(client.status().getAsJsonObject("limits")).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "Host: 127.0.0.1, 200",
        "Host: 127.0.0.1:1, 200",
        "Host: localhost:8080, 200",
        "Host: LOCALHOST, 200",
        "X: no host, 200",
        "Host: other.example, 403",
        "Host: 127.0.0.1.other.example, 403",
        "Host: localhost.other.example:8080, 403",
        "Host: 198.51.100.7, 403",
        "Host: [::1], 403",
        "Host:, 403",
        "'Host: localhost\r\nOrigin: http://localhost', 200",
        "'Host: localhost:8\r\nOrigin: http://localhost:8', 200",
        "'Host: localhost:8\r\nOrigin: http://localhost', 403",
        "'Host: localhost\r\nOrigin: https://other.example', 403",
        "'Host: localhost\r\nOrigin: null', 403",
        "'Host: localhost\r\nHost: other.example', 400",
    })
    void answersOnlyUnderItsOwnNameAndToItsOwnPage(String headers, int code) throws Exception {
        assertThat(client.raw("/status.json", headers)).startsWith("HTTP/1.1 " + code);
    }

    @Test
    void isOneFileThatNoOtherSiteCanUse() throws Exception {
        HttpResponse<String> page = client.get("/");

        assertThat(page.body())
                .startsWith("<!DOCTYPE html>")
                .doesNotContain("innerHTML", "insertAdjacentHTML", "document.write", "eval(")
                .doesNotContain("https://", "src=", "url(", "@import");
        assertThat(page.headers().map())
                .containsEntry("x-frame-options", List.of("DENY"))
                .containsEntry("x-content-type-options", List.of("nosniff"))
                .containsEntry("referrer-policy", List.of("no-referrer"))
                .containsEntry("cache-control", List.of("no-store"));
        assertThat(page.headers().firstValue("content-security-policy"))
                .get()
                .asString()
                .contains("default-src 'none'", "script-src 'sha256-", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(client.get("/favicon.ico").statusCode()).isEqualTo(404);
        assertThat(client.post("/", "").statusCode()).isEqualTo(405);
    }

    @Test
    void takesNoLongBodies() throws Exception {
        assertThat(client.post("/resume", " ".repeat(64 * 1024)).statusCode()).isEqualTo(200);
        assertThat(client.post("/resume", " ".repeat(64 * 1024 + 1)).statusCode()).isEqualTo(413);
    }
}
