import static java.nio.charset.StandardCharsets.UTF_8;

import socketserver.SocketServer;
import socketserver.UdpServer;
import socketserver.UnixStreamServer;
import socketserver.concurrency.ConcurrencyModel;
import socketserver.request.DatagramRequest;
import socketserver.request.InputTooLongException;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.RequestInput;
import socketserver.request.StreamRequest;
import socketserver.request.UnixAddress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A syslog receiver: prints what `logger` sends over UDP, and over a Unix socket if it is given a
/// path.
///
/// ```
/// java -cp socketserver.jar SyslogReceiver.java 5514 /tmp/log
/// logger --server localhost --port 5514 --udp --priority mail.warning "disk is full"
/// logger --socket /tmp/log "disk is full"
/// ```
final class SyslogReceiver {
    private static final int LONGEST_MESSAGE = 8 * 1024;

    private static final List<String> FACILITIES =
            List.of(
                    "kern",
                    "user",
                    "mail",
                    "daemon",
                    "auth",
                    "syslog",
                    "lpr",
                    "news",
                    "uucp",
                    "cron",
                    "authpriv",
                    "ftp",
                    "ntp",
                    "audit",
                    "alert",
                    "clock",
                    "local0",
                    "local1",
                    "local2",
                    "local3",
                    "local4",
                    "local5",
                    "local6",
                    "local7");
    private static final List<String> SEVERITIES =
            List.of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug");

    private static final Pattern PRIORITY = Pattern.compile("<([0-9]{1,3})>");
    private static final Pattern RFC_3164_TIME =
            Pattern.compile("^[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} ");

    // Version, time, host, application, process, message id, structured data, byte order mark.
    private static final Pattern RFC_5424 =
            Pattern.compile(
                    "1 \\S+ \\S+ (?<app>\\S+) \\S+ \\S+ "
                            + "(?:-|(?:\\[(?:[^\"\\]]|\"(?:[^\"\\\\]|\\\\.)*+\")*+\\])++)"
                            + "(?: \uFEFF?|$)");

    private SyslogReceiver() {}

    public static void main(String... args) throws IOException {
        int port = args.length < 1 ? 5514 : Integer.parseInt(args[0]);
        String path = args.length < 2 ? "syslog.sock" : args[1];
        RequestHandler<Request> handler = handler(IO::println);
        try (var udp = openUdp(port, handler);
                var unix = openUnix(path, handler)) {
            IO.println("listening on " + udp.address() + " and " + unix.address());
            unix.start();
            udp.serveForever();
        }
    }

    /// {@return a server of packets on that port of this machine, 0 for any}
    static UdpServer openUdp(int port, RequestHandler<Request> handler) throws IOException {
        return openUdp(port, handler, ConcurrencyModel.synchronous());
    }

    /// {@return one of that model}
    static UdpServer openUdp(int port, RequestHandler<Request> handler, ConcurrencyModel model)
            throws IOException {
        return SocketServer.udp(new InetSocketAddress("localhost", port))
                .model(model)
                .open(handler);
    }

    /// {@return a server of connections to that path, with a thread for each}
    static UnixStreamServer openUnix(String path, RequestHandler<Request> handler)
            throws IOException {
        return openUnix(path, handler, ConcurrencyModel.threading());
    }

    /// {@return one of that model}
    static UnixStreamServer openUnix(
            String path, RequestHandler<Request> handler, ConcurrencyModel model)
            throws IOException {
        return SocketServer.unix(UnixAddress.of(path)).model(model).open(handler);
    }

    /// {@return a handler of both: a packet has one message, a connection any number}
    static RequestHandler<Request> handler(Consumer<String> log) {
        return request -> {
            switch (request) {
                case DatagramRequest packet -> log.accept(describe(packet.packet()));
                case StreamRequest stream -> {
                    for (byte[] message; (message = next(stream.input())) != null; ) {
                        log.accept(describe(message));
                    }
                }
                default -> throw new IllegalArgumentException(request + " is of no known kind");
            }
        };
    }

    /// Reads the next message of a stream: `LENGTH MESSAGE` (RFC 6587, 3.4.1), or up to a newline
    /// or a zero byte, which the C library's `syslog(3)` sends.
    ///
    /// @return the message, or null at the end
    private static byte[] next(RequestInput input) throws IOException {
        int b = input.read();
        if (b < 0) {
            return null;
        }
        if (b >= '1' && b <= '9') {
            return input.readExactly(length(b - '0', input));
        }
        var message = new ByteArrayOutputStream();
        for (; b >= 0 && b != '\n' && b != 0; b = input.read()) {
            message.write(b);
            checkLength(message.size());
        }
        return message.toByteArray();
    }

    private static int length(int firstDigit, RequestInput input) throws IOException {
        int length = firstDigit;
        for (int b; (b = input.read()) != ' '; ) {
            if (b < '0' || b > '9') {
                throw new ProtocolException("length of a message has a character " + b);
            }
            length = 10 * length + b - '0';
            checkLength(length);
        }
        return length;
    }

    private static void checkLength(int length) throws IOException {
        if (length > LONGEST_MESSAGE) {
            throw new InputTooLongException("message", LONGEST_MESSAGE);
        }
    }

    /// {@return `FACILITY.SEVERITY MESSAGE`; the message without its time and what could harm a
    /// terminal}
    static String describe(byte[] message) {
        String text = new String(message, UTF_8);
        // What has no valid priority is a user's notice (RFC 3164, 4.3.3).
        int priority = 13;
        Matcher begin = PRIORITY.matcher(text);
        if (begin.lookingAt() && Integer.parseInt(begin.group(1)) < 8 * FACILITIES.size()) {
            priority = Integer.parseInt(begin.group(1));
            text = text.substring(begin.end());
            Matcher known = RFC_5424.matcher(text);
            text =
                    known.lookingAt()
                            ? known.group("app") + ": " + text.substring(known.end())
                            : RFC_3164_TIME.matcher(text).replaceFirst("");
        }
        return "%s.%s %s"
                .formatted(
                        FACILITIES.get(priority / 8),
                        SEVERITIES.get(priority % 8),
                        text.replaceAll("\\p{Cntrl}+", " ").strip());
    }
}
