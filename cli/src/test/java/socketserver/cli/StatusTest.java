package socketserver.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The status page as programs see it: what it tells, what it changes, and for whom.
@Timeout(60)
class StatusTest {
    private static final String TOKEN = "0123456789-abcdef";

    private static RunningCommand serve(String... more) throws IOException {
        return serve(List.of(), more);
    }

    private static RunningCommand serve(List<String> options, String... more) throws IOException {
        List<String> args =
                new ArrayList<>(List.of("tcp://127.0.0.1:0", "--status", "127.0.0.1:0"));
        args.addAll(List.of(more));
        return RunningCommand.serve(options, 1, args.toArray(String[]::new));
    }

    private static Socket echoed(RunningCommand command, String text) throws IOException {
        Socket socket = command.connect();
        socket.getOutputStream().write(text.getBytes(UTF_8));
        assertThat(socket.getInputStream().readNBytes(text.length())).asString().isEqualTo(text);
        return socket;
    }

    // What it tells

    @Test
    void tellsOfTheCommandAndItsRequests() throws Exception {
        try (var command = serve("--max-per-client", "7", "--idle-timeout", "5m");
                var client = StatusClient.of(command)) {
            echoed(command, "gone").close();
            await().until(() -> client.server().get("live").getAsInt() == 0);
            try (Socket socket = echoed(command, "hello")) {
                JsonObject status = client.status();

                assertThat(status.get("version").getAsString()).isNotEmpty();
                assertThat(status.get("java").getAsString()).startsWith("25");
                assertThat(status.get("engine").getAsString()).isIn("linux", "jdk");
                assertThat(status.get("model").getAsString()).isEqualTo("threading");
                assertThat(status.get("pid").getAsLong()).isPositive();
                assertThat(status.get("uptimeMillis").getAsLong()).isPositive();
                assertThat(status.get("ready").getAsBoolean()).isTrue();
                assertThat(status.get("draining").getAsBoolean()).isFalse();
                assertThat(client.limit("max-connections")).isEqualTo("16384");
                assertThat(client.limit("max-per-client")).isEqualTo("7");
                assertThat(client.limit("idle-timeout")).isEqualTo("5m");

                JsonObject server = client.server();
                assertThat(server.get("address").getAsString())
                        .isEqualTo(command.listening().getFirst());
                assertThat(server.get("accepted").getAsLong()).isEqualTo(2);
                assertThat(server.getAsJsonObject("closed").get("handled").getAsLong())
                        .isEqualTo(1);
                assertThat(server.get("bytesIn").getAsLong()).isEqualTo(9);
                assertThat(server.get("bytesOut").getAsLong()).isEqualTo(9);
                assertThat(server.get("errors").getAsLong()).isZero();
                assertThat(status.getAsJsonObject("durations").getAsJsonArray("counts").asList())
                        .hasSize(28)
                        .filteredOn(count -> count.getAsLong() == 1)
                        .hasSize(1);

                JsonObject row = client.rows().getFirst();
                assertThat(row.get("client").getAsString())
                        .isEqualTo("127.0.0.1:" + socket.getLocalPort());
                assertThat(row.get("server").getAsString())
                        .isEqualTo(command.listening().getFirst());
                assertThat(row.get("state").getAsString()).isEqualTo("reading");
                assertThat(row.get("bytesIn").getAsLong()).isEqualTo(5);
                assertThat(row.get("bytesOut").getAsLong()).isEqualTo(5);
                assertThat(row.get("frameBytes").isJsonNull()).isTrue();
            }
        }
    }

    @Test
    void tellsOfUnfinishedFramesAndErrors(@TempDir Path folder) throws Exception {
        Path source = folder.resolve("Lines.java");
        Files.writeString(
                source,
                """
                import module socketserver;

                class Lines implements RequestHandler<StreamRequest> {
                    private static final RequestHandler<StreamRequest> LINES =
                            Framing.lines().streams((line, request) -> {
                                throw new IllegalStateException(line);
                            });

                    @Override
                    public void handle(StreamRequest request) {
                        request.continueIn(ConcurrencyModel.selector(), LINES);
                    }
                }
                """);
        try (var command = serve("--source", source.toString());
                var client = StatusClient.of(command);
                Socket socket = command.connect()) {
            socket.getOutputStream().write("half a li".getBytes(UTF_8));
            await().until(
                            () -> {
                                JsonElement bytes = client.rows().getFirst().get("frameBytes");
                                return !bytes.isJsonNull() && bytes.getAsInt() == 9;
                            });
            assertThat(client.server().get("errors").getAsLong()).isZero();

            socket.getOutputStream().write("ne\n".getBytes(UTF_8));
            await().until(() -> client.server().get("errors").getAsLong() == 1);
            await().until(
                            () ->
                                    client.server()
                                                    .getAsJsonObject("closed")
                                                    .get("failed")
                                                    .getAsLong()
                                            == 1);
        }
    }

    @Test
    void showsTheFirstOrTheNewest500() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try (var command = serve();
                var client = StatusClient.of(command)) {
            for (int i = 0; i < 510; i++) {
                sockets.add(command.connect());
            }
            await().until(() -> client.server().get("live").getAsInt() == 510);

            assertThat(client.status().getAsJsonObject("requests").get("live").getAsInt())
                    .isEqualTo(510);
            List<JsonObject> first = client.rows();
            assertThat(first).hasSize(500);
            assertThat(client.get("/status.json?rows=newest").body())
                    .contains("\"127.0.0.1:" + sockets.getLast().getLocalPort() + '"')
                    .doesNotContain(first.getFirst().get("client").toString());
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void hasMetricsForPrometheus() throws Exception {
        try (var command = serve();
                var client = StatusClient.of(command)) {
            echoed(command, "hello").close();
            await().until(() -> client.server().get("live").getAsInt() == 0);
            String server = "server=\"" + command.listening().getFirst() + '"';

            HttpResponse<String> answer = client.get("/metrics");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type"))
                    .get()
                    .asString()
                    .startsWith("text/plain; version=0.0.4");
            assertThat(answer.body().lines())
                    .contains(
                            "# TYPE socketserver_accepted_total counter",
                            "socketserver_accepted_total{%s} 1.0".formatted(server),
                            "socketserver_closed_total{reason=\"handled\",%s} 1.0"
                                    .formatted(server),
                            "socketserver_received_bytes_total{%s} 5.0".formatted(server),
                            "socketserver_live{%s} 0.0".formatted(server),
                            "socketserver_ready{%s} 1.0".formatted(server),
                            "# TYPE socketserver_request_duration_seconds histogram",
                            "socketserver_request_duration_seconds_bucket{%s,le=\"+Inf\"} 1"
                                    .formatted(server),
                            "socketserver_request_duration_seconds_count{%s} 1".formatted(server))
                    .anyMatch(line -> line.startsWith("socketserver_build_info{engine="))
                    .allMatch(
                            line -> line.matches("# (HELP|TYPE) .+|[a-z_]+([{].*[}])? [0-9.E+-]+"));
        }
    }

    @Test
    void tellsBalancersWhetherItIsReady() throws Exception {
        try (var command = serve();
                var client = StatusClient.of(command)) {
            await().until(() -> client.get("/healthz").statusCode() == 200);
            assertThat(client.get("/healthz").body()).isEqualTo("ready\n");

            assertThat(client.change("/suspend", "")).isEqualTo("suspended: new clients wait");
            assertThat(client.get("/healthz").statusCode()).isEqualTo(503);
            assertThat(client.status().get("suspended").getAsBoolean()).isTrue();

            assertThat(client.change("/resume", "{}")).isEqualTo("resumed");
            assertThat(client.get("/healthz").statusCode()).isEqualTo(200);
        }
    }

    // What it changes

    @Test
    void changesLimitsOfWhatIsServed() throws Exception {
        try (var command = serve();
                var client = StatusClient.of(command);
                Socket first = echoed(command, "first")) {
            assertThat(
                            client.change(
                                    "/limits",
                                    "{\"max-connections\": 1, \"over-limit\": \"refuse\"}"))
                    .isEqualTo("changed: max-connections, over-limit");
            assertThat(client.limit("max-connections")).isEqualTo("1");
            try (Socket second = command.connect()) {
                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(client.server().getAsJsonObject("refused").get("full").getAsLong())
                    .isEqualTo(1);
            assertThat(first.isConnected()).isTrue();
        }
    }

    @Test
    void closesARequest() throws Exception {
        try (var command = serve();
                var client = StatusClient.of(command);
                Socket kept = echoed(command, "kept");
                Socket closed = echoed(command, "closed")) {
            String id = client.rows().getLast().get("id").getAsString();

            assertThat(client.change("/close", "{\"id\": " + id + "}"))
                    .isEqualTo("request " + id + " is closed");

            assertThat(closed.getInputStream().read()).isEqualTo(-1);
            await().until(() -> client.rows().size() == 1);
            assertThat(client.server().getAsJsonObject("closed").get("closed").getAsLong())
                    .isEqualTo(1);
            kept.getOutputStream().write('x');
            assertThat(kept.getInputStream().read()).isEqualTo('x');
            assertThat(client.post("/close", "{\"id\": " + id + "}").statusCode()).isEqualTo(404);
            assertThat(client.post("/close", "{}").statusCode()).isEqualTo(400);
        }
    }

    private static RunningCommand busy(String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of(more));
        args.addAll(List.of("--exec", "sh", "-c", "echo busy; sleep 1000"));
        return serve(args.toArray(String[]::new));
    }

    private static Socket begun(RunningCommand command) throws IOException {
        Socket socket = command.connect();
        assertThat(socket.getInputStream().readNBytes(5)).asString().isEqualTo("busy\n");
        return socket;
    }

    @Test
    void drainsAndEndsTheCommand() throws Exception {
        try (var command = busy("--drain", "1h");
                var client = StatusClient.of(command);
                Socket socket = begun(command)) {
            assertThat(client.change("/drain", "{\"time\": \"soon\"}"))
                    .startsWith("time (soon) must be a whole number and a unit");
            assertThat(client.get("/healthz").statusCode()).isEqualTo(200);

            assertThat(client.change("/drain", "{\"time\": \"500ms\"}"))
                    .isEqualTo("draining, at most 500ms");

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            assertThat(command.exitCode()).isZero();
            assertThat(command.err()).contains("stopped: 0 finished, 1 cut (tcp 127.0.0.1:");
        }
    }

    @Test
    void aSignalCutsADrain() throws Exception {
        try (var command = busy();
                var client = StatusClient.of(command);
                var _ = begun(command)) {
            assertThat(client.change("/drain", "{\"time\": \"1h\"}"))
                    .isEqualTo("draining, at most 1h");
            command.awaitErr("stopping: waiting for 1 request, at most 1h 0m; a signal cuts");
            await().until(() -> client.status().get("draining").getAsBoolean());
            assertThat(client.get("/healthz").statusCode()).isEqualTo(503);
            assertThat(client.post("/drain", "{\"time\": \"1s\"}").statusCode()).isEqualTo(409);

            command.terminate();

            assertThat(command.exitCode()).isZero();
        }
    }

    // For whom

    @Test
    void everythingIsForThoseWhoKnowAConfiguredToken() throws Exception {
        try (var command = serve("--status-token", TOKEN);
                var client = StatusClient.of(command);
                var known = client.with(TOKEN);
                var wrong = client.with(TOKEN + "x")) {
            assertThat(client.link()).doesNotContain("token");
            for (String path : List.of("/status.json", "/metrics")) {
                assertThat(client.get(path).statusCode()).isEqualTo(403);
                assertThat(wrong.get(path).statusCode()).isEqualTo(403);
                assertThat(known.get(path).statusCode()).isEqualTo(200);
            }
            assertThat(client.get("/").statusCode()).isEqualTo(200);
            assertThat(client.get("/healthz").statusCode()).isEqualTo(200);
            assertThat(known.change("/resume", "")).isEqualTo("resumed");
            assertThat(client.post("/resume", "").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void listensOnAllAddressesWithAToken() throws Exception {
        try (var command =
                        RunningCommand.serve(
                                1,
                                "tcp://127.0.0.1:0",
                                "--status",
                                "0.0.0.0:0",
                                "--status-token",
                                TOKEN);
                var client = StatusClient.of(command)) {
            assertThat(client.raw("/healthz", "Host: 198.51.100.7:80")).contains(" 200 ");
            assertThat(client.raw("/healthz", "Host: other.example")).contains(" 403 ");
        }
    }

    @Test
    @Tag("long")
    void waitsForNobodyWhoAsksSlowly() throws Exception {
        try (var command = serve();
                var client = StatusClient.of(command);
                Socket slow = client.connect()) {
            slow.getOutputStream().write("GET / HTTP/1.1\r\nHost:".getBytes(US_ASCII));
            assertThat(client.get("/").statusCode()).isEqualTo(200);
            assertThat(slow.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void takesFewConnections() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try (var command = serve();
                var client = StatusClient.of(command)) {
            for (int i = 0; i < 32; i++) {
                sockets.add(client.connect());
            }
            try (Socket more = client.connect()) {
                assertThat(more.getInputStream().read()).isEqualTo(-1);
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    // Beside it

    @Test
    void saysWhyItCannotListen() throws Exception {
        try (var first = serve();
                var client = StatusClient.of(first);
                var command =
                        RunningCommand.run(
                                "serve",
                                "tcp://127.0.0.1:0",
                                "--status",
                                "127.0.0.1:" + client.page().getPort())) {
            assertThat(command.exitCode()).isEqualTo(1);
            assertThat(command.err())
                    .isEqualToIgnoringNewLines(
                            "cannot listen on http://127.0.0.1:%d: Address already in use"
                                    .formatted(client.page().getPort()));
            assertThat(command.out()).isEmpty();
        }
    }

    @Test
    void saysWhatItLacks() throws Exception {
        try (var command =
                RunningCommand.run(
                        List.of("--class-path", "nowhere"),
                        "serve",
                        "tcp://127.0.0.1:0",
                        "--status",
                        "127.0.0.1:0")) {
            assertThat(command.exitCode()).isEqualTo(2);
            assertThat(command.err())
                    .isEqualToIgnoringNewLines(
                            "--status needs com.google.gson.JsonObject on the class path: start by"
                                    + " ./socketserver");
        }
    }

    @Test
    void costsNothingWhereItIsNotAskedFor(@TempDir Path folder) throws Exception {
        Path loaded = folder.resolve("loaded");
        var log = List.of("-Xlog:class+load:file=" + loaded);
        try (var command = RunningCommand.serve(log, 1, "tcp://127.0.0.1:0")) {
            echoed(command, "hello").close();
            command.terminate();
            assertThat(command.exitCode()).isZero();
            assertThat(Files.readString(loaded))
                    .contains("socketserver.cli.ServeCommand")
                    .doesNotContain("com.google.gson", "io.prometheus", "net.httpserver")
                    .doesNotContain("socketserver.cli.StatusServer", "socketserver.cli.StatusJson");
        }
    }
}
