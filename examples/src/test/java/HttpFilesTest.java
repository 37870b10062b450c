import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.TcpServer;
import socketserver.concurrency.ConcurrencyModel;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

@Timeout(60)
@ParameterizedClass
@FieldSource("MODELS")
class HttpFilesTest {
    static final List<ConcurrencyModel> MODELS =
            List.of(ConcurrencyModel.threading(), ConcurrencyModel.selector());

    @Parameter ConcurrencyModel model;
    private static final String HOST = " HTTP/1.1\r\nHost: localhost\r\n";

    private Path folder;
    private TcpServer server;

    @BeforeEach
    void open(@TempDir Path parent) throws IOException {
        folder = Files.createDirectory(parent.resolve("www"));
        Files.writeString(folder.resolve("a.txt"), "hello");
        Files.writeString(parent.resolve("secret.txt"), "secret");
        server = HttpFiles.open(folder, 0, model);
        server.start();
    }

    @AfterEach
    void close() {
        server.close();
    }

    /// {@return all that the server sends, until it closes the connection}
    private String ask(String request) throws IOException {
        try (var client = new Client(server.address())) {
            client.send(request);
            return client.rest();
        }
    }

    private String get(String target) throws IOException {
        return ask("GET " + target + HOST + "Connection: close\r\n\r\n");
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:%d%s".formatted(server.address().getPort(), path));
    }

    @Test
    void servesAFile() throws IOException {
        assertThat(get("/a.txt"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("\r\nContent-Type: text/plain; charset=utf-8\r\n")
                .contains("\r\nContent-Length: 5\r\n")
                .contains("\r\nConnection: close\r\n")
                .endsWith("\r\n\r\nhello");
    }

    @Test
    void servesPipelinedRequestsInTheirOrder() throws IOException {
        Files.writeString(folder.resolve("b.html"), "<p>");
        String all =
                ask(
                        "GET /a.txt"
                                + HOST
                                + "\r\nHEAD /a.txt"
                                + HOST
                                + "\r\nGET /none"
                                + HOST
                                + "\r\nGET /b.html"
                                + HOST
                                + "Connection: close\r\n\r\n");

        assertThat(all.split("(?=HTTP/1.1 )", -1))
                .satisfiesExactly(
                        first -> assertThat(first).endsWith("\r\n\r\nhello"),
                        head -> assertThat(head).contains("Length: 5\r\n").endsWith("\r\n\r\n"),
                        none -> assertThat(none).startsWith("HTTP/1.1 404 Not Found\r\n"),
                        last -> assertThat(last).contains("text/html").endsWith("\r\n\r\n<p>"));
    }

    @Test
    void servesALargeFileOfAnyBytes() throws Exception {
        byte[] large = new byte[1_000_000];
        new Random(1).nextBytes(large);
        Files.write(folder.resolve("large"), large);
        try (var client = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> response =
                    client.send(
                            HttpRequest.newBuilder(uri("/large")).build(),
                            BodyHandlers.ofByteArray());

            assertThat(response.body()).isEqualTo(large);
            assertThat(response.headers().firstValue("Content-Type"))
                    .contains("application/octet-stream");
        }
    }

    @Test
    void saysThatAFileHasNotChanged() throws IOException {
        String date = get("/a.txt").replaceFirst("(?s).*Last-Modified: ([^\r]*).*", "$1");
        String request = "GET /a.txt" + HOST + "Connection: close\r\nIf-Modified-Since: ";

        assertThat(ask(request + date + "\r\n\r\n"))
                .startsWith("HTTP/1.1 304 Not Modified\r\n")
                .endsWith("\r\n\r\n");
        assertThat(ask(request + "Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n")).contains(" 200 OK");
        assertThat(ask(request + "yesterday\r\n\r\n")).contains(" 200 OK");
    }

    @Test
    void listsAFolderOrServesItsIndex() throws IOException {
        Path sub = Files.createDirectory(folder.resolve("sub"));
        Files.writeString(sub.resolve("a <b> & ü.txt"), "");

        assertThat(get("/sub")).startsWith("HTTP/1.1 301 ").contains("\r\nLocation: /sub/\r\n");
        assertThat(get("//sub")).contains("\r\nLocation: /sub/\r\n");
        assertThat(get("/sub/"))
                .contains(" 200 OK", "text/html")
                .contains("<a href=\"a%20%3Cb%3E%20%26%20%C3%BC.txt\">a &lt;b> &amp; ü.txt</a>");
        assertThat(get("/sub/a%20%3Cb%3E%20%26%20%C3%BC.txt")).contains(" 200 OK");
        Files.writeString(sub.resolve("index.html"), "index");
        assertThat(get("/sub/?query")).endsWith("\r\n\r\nindex");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret.txt",
                "/%2e%2e/secret.txt",
                "/..%2fsecret.txt",
                "//../secret.txt",
                "/x/../../secret.txt",
                "/../www/a.txt",
                "/link",
                "/links/secret.txt",
                "/a.txt/",
                "/a.txt/b",
                "/a%00"
            })
    void findsNothingOutsideOfItsFolder(String target) throws IOException {
        Files.createSymbolicLink(folder.resolve("link"), Path.of("../secret.txt"));
        Files.createSymbolicLink(folder.resolve("links"), Path.of(".."));

        assertThat(get(target)).startsWith("HTTP/1.1 404 Not Found\r\n").doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    nonsense                                  | 400
                    GET /a.txt                                | 400
                    GET a.txt HTTP/1.1;Host: x                | 400
                    GET /%zz HTTP/1.1;Host: x;Connection: close | 400
                    GET /a.txt HTTP/1.1                       | 400
                    GET /a.txt HTTP/1.1;Host: x;Host: y       | 400
                    GET /a.txt HTTP/1.1;Host : x              | 400
                    GET /a.txt HTTP/1.1;Host: x; folded       | 400
                    GET /a.txt HTTP/2.0;Host: x               | 505
                    POST /a.txt HTTP/1.1;Host: x;Content-Length: 3; ; GET | 400
                    POST /a.txt HTTP/1.1;Host: x;Content-Length: 3 | 405
                    DELETE /a.txt HTTP/1.1;Host: x;Connection: close | 405
                    """)
    void refuses(String request, int status) throws IOException {
        assertThat(ask(request.replace(";", "\r\n") + "\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("\r\nConnection: close\r\n");
    }

    @Test
    void refusesAHeadThatIsTooLarge() throws IOException {
        String much = "x".repeat(9000);

        assertThat(get("/" + much)).startsWith("HTTP/1.1 414 ");
        assertThat(ask("GET /" + HOST + "X: " + much + "\r\n\r\n")).startsWith("HTTP/1.1 431 ");
        assertThat(ask("GET /" + HOST + "X: y\r\n".repeat(200) + "\r\n"))
                .startsWith("HTTP/1.1 431 ");
    }

    @Test
    void keepsAnOldConnectionOnlyIfAsked() throws IOException {
        String old = "GET /a.txt HTTP/1.0\r\n";

        assertThat(ask(old + "\r\n")).contains("Connection: close");
        assertThat(ask(old + "Connection: keep-alive\r\n\r\n" + old + "\r\n"))
                .containsSubsequence("Connection: keep-alive", "Connection: close");
    }

    @Test
    void curlUsesAConnectionAgain() throws Exception {
        Stranger curl = Stranger.named("curl");
        String url = uri("/a.txt").toString();

        assertThat(curl.run("--silent", "--write-out", " %{http_code} %{num_connects};", url, url))
                .isEqualTo("hello 200 1;hello 200 0;");
    }

    @Test
    void curlGetsTheAnswerToABodyThatNobodyReads() throws Exception {
        Stranger curl = Stranger.named("curl");
        Path large = folder.resolve("large");
        Files.write(large, new byte[900_000]);

        assertThat(
                        curl.run(
                                "--silent",
                                "--header",
                                "Expect:",
                                "--data-binary",
                                "@" + large,
                                uri("/a.txt").toString()))
                .isEqualTo("405 Method Not Allowed\n");
    }

    @Test
    void servesAThousandCurls() throws Exception {
        Stranger curl = Stranger.named("curl");
        String urls =
                IntStream.range(0, 1000)
                        .mapToObj(_ -> "url=%s\noutput=/dev/null\n".formatted(uri("/a.txt")))
                        .collect(Collectors.joining());
        Path config = Files.writeString(folder.resolve("urls"), urls);
        String codes =
                curl.run(
                        "--silent",
                        "--no-progress-meter",
                        "--parallel",
                        "--parallel-immediate",
                        "--parallel-max",
                        "300",
                        "--write-out",
                        "%{http_code}\n",
                        "--config",
                        config.toString());

        assertThat(codes.lines().filter("200"::equals).count()).isEqualTo(1000);
    }
}
