import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import socketserver.SocketServer;
import socketserver.TcpServer;
import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.InputTooLongException;
import socketserver.request.StreamRequestHandler;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A web server of the files in a folder: HTTP/1.1 with connections that are used again (RFC 9112).
///
/// ```
/// java -cp socketserver.jar HttpFiles.java . 8080
/// curl http://localhost:8080/
/// ```
///
/// It answers GET and HEAD. What lies outside of the folder is not found, whether the way there is
/// `..` or a symbolic link.
final class HttpFiles {
    private static final int LONGEST_LINE = 8 * 1024;
    private static final int MOST_HEADERS = 100;
    private static final Duration IDLE = Duration.ofSeconds(10);

    // The two digits of the day are what DateTimeFormatter.RFC_1123_DATE_TIME lacks.
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    private static final Map<String, String> TYPES =
            Map.ofEntries(
                    Map.entry("css", "text/css; charset=utf-8"),
                    Map.entry("gif", "image/gif"),
                    Map.entry("html", "text/html; charset=utf-8"),
                    Map.entry("ico", "image/x-icon"),
                    Map.entry("jpg", "image/jpeg"),
                    Map.entry("js", "text/javascript; charset=utf-8"),
                    Map.entry("json", "application/json"),
                    Map.entry("md", "text/markdown; charset=utf-8"),
                    Map.entry("pdf", "application/pdf"),
                    Map.entry("png", "image/png"),
                    Map.entry("svg", "image/svg+xml"),
                    Map.entry("txt", "text/plain; charset=utf-8"),
                    Map.entry("wasm", "application/wasm"),
                    Map.entry("webp", "image/webp"));

    private static final String TOO_MUCH = "431 Request Header Fields Too Large";

    // An absolute URI, as for a proxy, is as good as its path (RFC 9112, 3.2.2).
    private static final Pattern REQUEST_LINE =
            Pattern.compile(
                    "(?<method>[A-Z]+) (?:http://[!-.0-~]*)?(?<path>/[!->@-~]*)(?:\\?[!-~]*)?"
                            + " HTTP/(?:1[.](?<version>[01])|[0-9][.][0-9])");
    private static final Pattern HEADER =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):([ -~\\t\\x80-\\xff]*)");
    private static final Pattern ESCAPE = Pattern.compile("%[0-9A-Fa-f]{2}");

    private HttpFiles() {}

    public static void main(String... args) throws IOException {
        Path folder = Path.of(args.length < 1 ? "." : args[0]);
        int port = args.length < 2 ? 8080 : Integer.parseInt(args[1]);
        try (var server = open(folder, port)) {
            IO.println("listening on " + server.address());
            server.serveForever();
        }
    }

    /// {@return a server of the folder's files on that port of this machine, 0 for any}
    static TcpServer open(Path folder, int port) throws IOException {
        return open(folder, port, ConcurrencyModel.threading());
    }

    /// {@return one of that model}
    static TcpServer open(Path folder, int port, ConcurrencyModel model) throws IOException {
        Path root = folder.toRealPath();
        return SocketServer.tcp(new InetSocketAddress("localhost", port))
                .model(model)
                .readTimeout(IDLE)
                .writeTimeout(IDLE)
                .open(() -> new Connection(root));
    }

    /// An answer that is no file: why there is none, or where it is.
    private static final class Status extends Exception {
        private static final long serialVersionUID = 1;

        private final String header;

        Status(String status) {
            this(status, "");
        }

        Status(String status, String header) {
            super(status);
            this.header = header;
        }
    }

    /// The head of a request.
    ///
    /// @param path as it was sent, without what follows a question mark
    /// @param headers by their names in lower case
    private record Head(String method, String path, String version, Map<String, String> headers) {
        /// {@return whether the client expects the connection to stay open}
        boolean keepAlive() {
            String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
            return version.equals("1")
                    ? !connection.contains("close")
                    : connection.contains("keep-alive");
        }

        boolean hasBody() {
            return headers.containsKey("transfer-encoding")
                    || !headers.getOrDefault("content-length", "0").equals("0");
        }
    }

    /// One client's requests, one after the other.
    private static final class Connection extends StreamRequestHandler {
        private final Path root;
        private boolean keepAlive = true;
        private boolean withBody = true;

        Connection(Path root) {
            this.root = root;
        }

        @Override
        protected int outputBuffer() {
            return 16 * 1024;
        }

        @Override
        protected void handle() throws IOException {
            input().limit(LONGEST_LINE);
            while (keepAlive) {
                // So it stays for a request that cannot be read to its end.
                keepAlive = false;
                withBody = true;
                try {
                    Head head = readHead();
                    if (head == null) {
                        return;
                    }
                    // A body is not read, so the next request could not be found behind it.
                    keepAlive = head.keepAlive() && !head.hasBody();
                    withBody = !head.method.equals("HEAD");
                    answer(head);
                } catch (Status status) {
                    writeStatus(status);
                } catch (AccessDeniedException denied) {
                    writeStatus(new Status("403 Forbidden"));
                }
                // Replies to requests that came together go out together.
                if (input().buffered() == 0) {
                    output().flush();
                }
            }
            linger();
        }

        /// {@return the head of the next request, or null if none comes}
        private Head readHead() throws IOException, Status {
            String line = readLine("414 URI Too Long");
            if (line != null && line.isEmpty()) {
                // Some clients send a line too many after a body (RFC 9112, 2.2).
                line = readLine("414 URI Too Long");
            }
            if (line == null) {
                return null;
            }
            Matcher request = REQUEST_LINE.matcher(line);
            if (!request.matches()) {
                throw new Status("400 Bad Request");
            }
            if (request.group("version") == null) {
                throw new Status("505 HTTP Version Not Supported");
            }
            Map<String, String> headers = readHeaders();
            if (headers == null) {
                return null;
            }
            boolean oneHost = headers.containsKey("host") && !headers.get("host").contains(",");
            if (!oneHost && request.group("version").equals("1")) {
                throw new Status("400 Bad Request");
            }
            return new Head(
                    request.group("method"),
                    request.group("path"),
                    request.group("version"),
                    headers);
        }

        private Map<String, String> readHeaders() throws IOException, Status {
            var headers = new HashMap<String, String>();
            for (int count = 0; count <= MOST_HEADERS; count++) {
                String line = readLine(TOO_MUCH);
                if (line == null) {
                    return null;
                }
                if (line.isEmpty()) {
                    return headers;
                }
                Matcher header = HEADER.matcher(line);
                if (!header.matches()) {
                    throw new Status("400 Bad Request");
                }
                headers.merge(
                        header.group(1).toLowerCase(Locale.ROOT),
                        header.group(2).strip(),
                        (first, next) -> first + ", " + next);
            }
            throw new Status(TOO_MUCH);
        }

        private String readLine(String statusIfTooLong) throws IOException, Status {
            try {
                return input().readLine(ISO_8859_1);
            } catch (InputTooLongException tooLong) {
                throw new Status(statusIfTooLong);
            }
        }

        private void answer(Head head) throws IOException, Status {
            if (!head.method.equals("GET") && !head.method.equals("HEAD")) {
                throw new Status("405 Method Not Allowed", "Allow: GET, HEAD\r\n");
            }
            String path = decode(head.path);
            Path found = find(path);
            boolean folder = Files.isDirectory(found);
            if (folder && !path.endsWith("/")) {
                // Two slashes at the beginning would name another host.
                String location = head.path.replaceFirst("^/+", "/") + "/";
                throw new Status("301 Moved Permanently", "Location: " + location + "\r\n");
            }
            Path index = found.resolve("index.html");
            if (!folder && path.endsWith("/")) {
                throw new Status("404 Not Found");
            } else if (!folder) {
                writeFile(found, head);
            } else if (Files.exists(index)) {
                writeFile(find(path + "index.html"), head);
            } else {
                writePage("200 OK", TYPES.get("html"), listing(path, found), "");
            }
        }

        private static String decode(String path) throws Status {
            var bytes = new ByteArrayOutputStream();
            for (int i = 0; i < path.length(); i++) {
                if (path.charAt(i) != '%') {
                    bytes.write(path.charAt(i));
                } else if (ESCAPE.matcher(path).region(i, path.length()).lookingAt()) {
                    bytes.write(HexFormat.fromHexDigits(path, i + 1, i + 3));
                    i += 2;
                } else {
                    throw new Status("400 Bad Request");
                }
            }
            return bytes.toString(UTF_8);
        }

        /// {@return what the path stands for, links followed; inside of the folder for certain}
        private Path find(String path) throws Status {
            try {
                Path real = root.resolve(path.replaceFirst("^/+", "")).toRealPath();
                boolean climbs = List.of(path.split("/")).contains("..");
                if (real.startsWith(root) && !climbs) {
                    return real;
                }
            } catch (IOException | InvalidPathException notThere) {
                // answered as what must not be seen
            }
            throw new Status("404 Not Found");
        }

        private void writeFile(Path file, Head head) throws IOException, Status {
            // Opening a pipe would wait for its writer.
            if (!Files.isRegularFile(file)) {
                throw new Status("404 Not Found");
            }
            Instant modified =
                    Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.SECONDS);
            String lastModified = "Last-Modified: " + DATE.format(modified) + "\r\n";
            if (!modified.isAfter(date(head.headers.get("if-modified-since")))) {
                writeHead("304 Not Modified", lastModified);
                return;
            }
            if (!Files.isReadable(file)) {
                throw new Status("403 Forbidden");
            }
            long length = Files.size(file);
            String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
            String type =
                    TYPES.getOrDefault(
                            name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
            writeHead("200 OK", lastModified + content(type, length));
            if (withBody) {
                request().write(file, 0, length);
            }
        }

        /// {@return the date, or the beginning of time if it is none}
        private static Instant date(String text) {
            try {
                return text == null ? Instant.MIN : DATE.parse(text, Instant::from);
            } catch (DateTimeParseException invalid) {
                return Instant.MIN;
            }
        }

        private static String listing(String path, Path folder) throws IOException {
            try (Stream<Path> files = Files.list(folder)) {
                return files.map(
                                file ->
                                        file.getFileName().toString()
                                                + (Files.isDirectory(file) ? "/" : ""))
                        .sorted()
                        .map(HttpFiles::link)
                        .collect(
                                Collectors.joining(
                                        "",
                                        "<!DOCTYPE html>\n<title>%1$s</title>\n<h1>%1$s</h1>\n"
                                                .formatted(escape(path)),
                                        ""));
            }
        }

        private void writeStatus(Status status) throws IOException {
            String text = status.getMessage();
            writePage(text, TYPES.get("txt"), text + "\n", status.header);
        }

        private void writePage(String status, String type, String text, String header)
                throws IOException {
            byte[] bytes = text.getBytes(UTF_8);
            writeHead(status, header + content(type, bytes.length));
            if (withBody) {
                output().write(bytes);
            }
        }

        private void writeHead(String status, String headers) throws IOException {
            output().write(
                            "HTTP/1.1 %s\r\nDate: %s\r\nConnection: %s\r\n%s\r\n"
                                    .formatted(
                                            status,
                                            DATE.format(Instant.now()),
                                            keepAlive ? "keep-alive" : "close",
                                            headers));
        }

        private static String content(String type, long length) {
            return "Content-Type: %s\r\nContent-Length: %d\r\n".formatted(type, length);
        }

        /// Takes what the client may still be sending: a connection that is closed with bytes
        /// unread is reset (RFC 9112, 9.6), and the client might never see the last reply.
        private void linger() throws IOException {
            request().shutdownOutput();
            request().readTimeout(Duration.ofSeconds(1));
            byte[] ignored = new byte[8 * 1024];
            for (int read = 0, reads = 0; read >= 0 && reads < 128; reads++) {
                read = input().read(ignored);
            }
        }
    }

    private static String link(String name) {
        String reference = URLEncoder.encode(name, UTF_8).replace("+", "%20").replace("%2F", "/");
        return "<a href=\"%s\">%s</a><br>\n".formatted(reference, escape(name));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
