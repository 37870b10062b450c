package socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.Patience.eventually;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

import socketserver.framing.Framing;
import socketserver.request.CloseReason;
import socketserver.request.DisconnectedException;
import socketserver.request.HandshakeException;
import socketserver.request.ProxyBytes;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;
import socketserver.request.TlsSession;
import socketserver.request.UnixAddress;
import socketserver.tls.ClientCertificates;
import socketserver.tls.TlsCertificate;
import socketserver.tls.TlsSettings;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/// What every server of connections does with TLS.
@Timeout(60)
class TlsContractTest {
    private static final Credentials CREDENTIALS = Credentials.shared();
    // They say of each line what was agreed upon.
    private static final List<RequestHandler<Request>> TELLERS =
            Variant.tellers(TlsContractTest::told);

    private static ServerOptions with(TlsSettings settings) {
        return ServerOptions.DEFAULT.withTls(settings);
    }

    private static String told(StreamRequest request, String line) {
        TlsSession session = request.tls();
        return session == null
                ? line + " in the clear"
                : "%s by %s for %s, %s of %s"
                        .formatted(
                                line,
                                session.protocol(),
                                session.serverName(),
                                session.applicationProtocol(),
                                session.clientName());
    }

    /// {@return a connection of a client}
    private static SocketChannel connect(Serving serving) throws IOException {
        return serving.server().address() instanceof UnixAddress unix
                ? SocketChannel.open(UnixDomainSocketAddress.of(unix.name()))
                : SocketChannel.open(serving.server().address());
    }

    /// {@return a client that has those parameters}
    private static StreamClient secure(Serving serving, SSLContext context, Change change)
            throws IOException {
        return secure(connect(serving), context, change);
    }

    private static StreamClient secure(SocketChannel channel, SSLContext context, Change change)
            throws IOException {
        SSLEngine engine = context.createSSLEngine();
        SSLParameters parameters = engine.getSSLParameters();
        change.of(parameters);
        engine.setSSLParameters(parameters);
        return new StreamClient(channel, new TlsChannel(channel, engine));
    }

    private static StreamClient secure(Serving serving) throws IOException {
        return secure(serving, CREDENTIALS.client(), _ -> {});
    }

    /// A change of parameters.
    private interface Change {
        void of(SSLParameters parameters);
    }

    // What is agreed upon

    @Contract
    void tellsHandlersWhatWasAgreedUpon(Variant variant) throws Exception {
        TlsSettings settings = CREDENTIALS.settings().withApplicationProtocols("h9", "echo");
        for (RequestHandler<Request> handler : TELLERS) {
            try (var serving = variant.serve(with(settings), handler)) {
                try (var client =
                        secure(
                                serving,
                                CREDENTIALS.client(),
                                parameters -> {
                                    parameters.setServerNames(
                                            List.of(new SNIHostName("localhost")));
                                    parameters.setApplicationProtocols(
                                            new String[] {"other", "echo"});
                                })) {
                    assertThat(client.ask("one"))
                            .isEqualTo("one by TLSv1.3 for localhost, echo of null");
                    assertThat(client.ask("two")).startsWith("two by TLSv1.3");
                }
                try (var client =
                        secure(
                                serving,
                                CREDENTIALS.client(),
                                parameters -> parameters.setProtocols(new String[] {"TLSv1.2"}))) {
                    assertThat(client.ask("old"))
                            .isEqualTo("old by TLSv1.2 for null, null of null");
                }
            }
        }
    }

    @Contract
    void showsTheCertificateForTheNameThatIsAskedFor(Variant variant) throws Exception {
        Path folder = Files.createTempDirectory("names");
        TlsSettings settings = CREDENTIALS.settings();
        for (String[] each :
                new String[][] {
                    {"EC", "one.example"}, {"RSA", "one.example"}, {"RSA", "*.two.example"}
                }) {
            Path certificate = folder.resolve(each[0] + each[1].charAt(0) + ".pem");
            Path key = folder.resolve(each[0] + each[1].charAt(0) + ".key");
            Credentials.write(
                    CREDENTIALS.authority().issue(each[0], Duration.ofDays(1), each[1]),
                    certificate,
                    key);
            settings = settings.withCertificate(TlsCertificate.pem(certificate, key));
        }
        try (var serving = variant.serve(with(settings), TELLERS.getFirst())) {
            assertThat(shown(serving, "one.example")).isEqualTo("CN=one.example");
            assertThat(shown(serving, "a.two.example")).isEqualTo("CN=*.two.example");
            assertThat(shown(serving, "other.example")).isEqualTo("CN=localhost");
            assertThat(shown(serving, "a.b.two.example")).isEqualTo("CN=localhost");
            assertThat(shown(serving, null)).isEqualTo("CN=localhost");
        }
    }

    private static String shown(Serving serving, @Nullable String name) throws IOException {
        SSLEngine engine = CREDENTIALS.client().createSSLEngine();
        SSLParameters parameters = engine.getSSLParameters();
        if (name != null) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        engine.setSSLParameters(parameters);
        SocketChannel channel = connect(serving);
        try (TlsChannel tls = new TlsChannel(channel, engine)) {
            X509Certificate shown = (X509Certificate) tls.session().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        }
    }

    // Whom it trusts

    @Contract
    void servesThoseAloneForWhomSomebodyVouches(Variant variant) throws Exception {
        TlsSettings settings =
                CREDENTIALS.settings().withClientAuthorities(CREDENTIALS.authorityFile());
        SSLContext known = CREDENTIALS.authority().client(CREDENTIALS.authority().issue("ada"));
        SSLContext unknown =
                CREDENTIALS.authority().client(new Authority("nobody").issue("mallory"));
        for (RequestHandler<Request> handler : TELLERS) {
            try (var serving = variant.serve(with(settings), handler)) {
                Events events = Events.of(serving.server());
                try (var client = secure(serving, known, _ -> {})) {
                    assertThat(client.ask("hello")).endsWith("of CN=ada");
                }
                assertThat(events.reason()).isEqualTo(CloseReason.HANDLED);
                for (SSLContext each : List.of(CREDENTIALS.client(), unknown)) {
                    try (var client = secure(serving, each, _ -> {})) {
                        assertThat(isRefused(client)).isTrue();
                    }
                    assertThat(events.reason()).isEqualTo(CloseReason.HANDSHAKE_FAILED);
                    assertThat(serving.hooks().failure().thrown())
                            .isInstanceOf(HandshakeException.class);
                }
            }
        }
    }

    @Contract
    void servesThoseWithoutIfItOnlyWantsThem(Variant variant) throws Exception {
        TlsSettings settings =
                CREDENTIALS
                        .settings()
                        .withClientAuthorities(CREDENTIALS.authorityFile())
                        .withClientCertificates(ClientCertificates.WANTED);
        try (var serving = variant.serve(with(settings), TELLERS.getFirst());
                var client = secure(serving)) {
            assertThat(client.ask("hello")).endsWith("of null");
        }
    }

    @Contract
    void asksWhetherItLikesTheClient(Variant variant) throws Exception {
        TlsSettings settings =
                CREDENTIALS.settings().withClientAuthorities(CREDENTIALS.authorityFile());
        for (RequestHandler<Request> handler : TELLERS) {
            Hooks hooks =
                    Hooks.verifyingPeers(
                            request ->
                                    "CN=ada".equals(((StreamRequest) request).tls().clientName()));
            try (var serving = variant.serve(with(settings), hooks, handler)) {
                Authority authority = CREDENTIALS.authority();
                try (var client =
                        secure(serving, authority.client(authority.issue("ada")), _ -> {})) {
                    assertThat(client.ask("hello")).endsWith("of CN=ada");
                }
                try (var client =
                        secure(serving, authority.client(authority.issue("bob")), _ -> {})) {
                    assertThat(isRefused(client)).isTrue();
                }
                assertThat(hooks.failure().thrown())
                        .isInstanceOf(HandshakeException.class)
                        .hasMessageContaining("CN=bob");
                assertThat(hooks.count("finishRequest")).isEqualTo(1);
            }
        }
    }

    /// {@return whether the server ends without an answer}
    private static boolean isRefused(StreamClient client) {
        try {
            client.send("hello");
            return client.receive() == null;
        } catch (IOException refused) {
            return true;
        }
    }

    // On request

    /// {@return handlers that tell what was agreed upon and start TLS when they are asked to}
    private static List<RequestHandler<Request>> starting() {
        return List.of(
                Variant.ofFamily(
                        (StreamRequest request) -> {
                            for (String line; (line = request.input().readLine()) != null; ) {
                                if (line.equals("STARTTLS")) {
                                    request.output().writeLine("begin");
                                    request.startTls();
                                    request.output().writeLine(told(request, "welcome"));
                                } else {
                                    request.output().writeLine(told(request, line));
                                }
                            }
                        }),
                Variant.ofFamily(
                        Framing.lines()
                                .streams(
                                        (line, request) -> {
                                            StreamRequest stream =
                                                    (StreamRequest) request.request();
                                            if (line.equals("STARTTLS")) {
                                                request.send("begin");
                                                stream.startTls();
                                                request.send("welcome by TLS");
                                            } else {
                                                request.send(told(stream, line));
                                            }
                                        })));
    }

    @Contract
    void startsTlsOnRequest(Variant variant) throws Exception {
        TlsSettings settings = CREDENTIALS.settings().withTlsOnRequest();
        for (RequestHandler<Request> handler : starting()) {
            try (var serving = variant.serve(with(settings), handler);
                    SocketChannel channel = connect(serving)) {
                StreamClient clear = new StreamClient(channel);
                assertThat(clear.ask("hello")).isEqualTo("hello in the clear");
                assertThat(clear.ask("STARTTLS")).isEqualTo("begin");
                try (var client = secure(channel, CREDENTIALS.client(), _ -> {})) {
                    assertThat(client.receive()).startsWith("welcome by TLS");
                    assertThat(client.ask("hello")).startsWith("hello by TLSv1.3");
                    assertThat(client.ask("again")).startsWith("again by TLSv1.3");
                }
            }
        }
    }

    @Contract
    void takesNoCommandForTheClientsThatCameBeforeItsHandshake(Variant variant) throws Exception {
        TlsSettings settings = CREDENTIALS.settings().withTlsOnRequest();
        for (RequestHandler<Request> handler : starting()) {
            try (var serving = variant.serve(with(settings), handler);
                    var client = new StreamClient(connect(serving))) {
                client.send("STARTTLS\ndelete everything\n".getBytes(UTF_8));
                assertThat(client.receive()).isEqualTo("begin");
                // An alert, or nothing.
                assertThat(new String(client.receiveAll(), US_ASCII)).doesNotContain("everything");
                assertThat(serving.hooks().failure().thrown())
                        .isInstanceOf(HandshakeException.class);
            }
        }
    }

    @Contract
    void startsTlsOnceAlone(Variant variant) throws Exception {
        TlsSettings settings = CREDENTIALS.settings().withTlsOnRequest();
        for (RequestHandler<Request> handler : starting()) {
            try (var serving = variant.serve(with(settings), handler);
                    SocketChannel channel = connect(serving)) {
                assertThat(new StreamClient(channel).ask("STARTTLS")).isEqualTo("begin");
                try (var client = secure(channel, CREDENTIALS.client(), _ -> {})) {
                    assertThat(client.receive()).startsWith("welcome");
                    client.send("STARTTLS");
                    assertThat(client.receive()).isEqualTo("begin");
                    assertThat(serving.hooks().failure().thrown())
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("started before");
                }
            }
        }
    }

    @Contract
    void startsNoTlsWithoutACertificate(Variant variant) throws Exception {
        for (RequestHandler<Request> handler : starting()) {
            try (var serving = variant.serve(handler);
                    var client = new StreamClient(connect(serving))) {
                assertThat(client.ask("STARTTLS")).isEqualTo("begin");
                assertThat(serving.hooks().failure().thrown())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("withTls");
            }
        }
    }

    // Handshakes that come to nothing

    @Contract
    void givesUpClientsThatSayNothing(Variant variant) throws Exception {
        TlsSettings settings = CREDENTIALS.settings().withHandshakeTimeout(Duration.ofMillis(300));
        for (RequestHandler<Request> handler : TELLERS) {
            try (var serving = variant.serve(with(settings), handler)) {
                Events events = Events.of(serving.server());
                try (var silent = connect(serving)) {
                    assertThat(events.reason()).isEqualTo(CloseReason.HANDSHAKE_TIMEOUT);
                    assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                }
                try (var slow = connect(serving)) {
                    // The beginning of a record of 512 bytes.
                    slow.write(ByteBuffer.wrap(HexFormat.of().parseHex("1603010200010001fc0303")));
                    assertThat(events.reason()).isEqualTo(CloseReason.HANDSHAKE_TIMEOUT);
                }
            }
        }
    }

    @Contract
    void boundsHowManyHandshakesThereAre(Variant variant) throws Exception {
        TlsSettings settings = CREDENTIALS.settings().withMaxHandshakes(1);
        try (var serving = variant.open(with(settings), new Hooks(), TELLERS.getFirst())) {
            Events events = Events.of(serving.server());
            try (var silent = connect(serving);
                    var second = connect(serving)) {
                // Both are there when it begins.
                serving.server().start();
                assertThat(events.refusal()).isEqualTo(RefusalReason.HANDSHAKES_FULL);
                assertThat(second.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                assertThat(silent.isOpen()).isTrue();
            }
            eventually(() -> assertThat(serving.server().requests()).isEmpty());
            try (var client = secure(serving)) {
                assertThat(client.ask("hello")).startsWith("hello by");
            }
        }
    }

    @Contract
    void refusesWhatIsNoHandshake(Variant variant) throws Exception {
        byte[][] beginnings = {
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII),
            // A hello of TLS 1.0, with a suite of its time.
            HexFormat.of()
                    .parseHex("160301002f0100002b0301" + "00".repeat(32) + "000004002f00350100"),
            // One of SSL 2.
            HexFormat.of().parseHex("802e0100020015000000100100800200800300800400800500800600"),
            // An alert, and a record of data.
            HexFormat.of().parseHex("15030300020228"),
            HexFormat.of().parseHex("170303000568656c6c6f"),
        };
        for (RequestHandler<Request> handler : TELLERS) {
            try (var serving = variant.serve(with(CREDENTIALS.settings()), handler)) {
                Events events = Events.of(serving.server());
                for (byte[] beginning : beginnings) {
                    try (var client = connect(serving)) {
                        client.write(ByteBuffer.wrap(beginning));
                        client.shutdownOutput();
                        assertThat(events.reason()).isEqualTo(CloseReason.HANDSHAKE_FAILED);
                    }
                }
                try (var client = secure(serving)) {
                    assertThat(client.ask("hello")).startsWith("hello by");
                }
            }
        }
    }

    @Contract
    void survivesClientsThatGoInTheMiddle(Variant variant) throws Exception {
        try (var serving = variant.serve(with(CREDENTIALS.settings()), TELLERS.getLast())) {
            Events events = Events.of(serving.server());
            for (int i = 0; i < 5; i++) {
                connect(serving).close();
                assertThat(events.reason()).isEqualTo(CloseReason.HANDSHAKE_FAILED);
                try (var channel = connect(serving)) {
                    SSLEngine engine = CREDENTIALS.client().createSSLEngine();
                    engine.setUseClientMode(true);
                    engine.beginHandshake();
                    ByteBuffer hello = ByteBuffer.allocate(32 * 1024);
                    engine.wrap(ByteBuffer.allocate(0), hello);
                    channel.write(hello.flip());
                    // It has answered: everything of its side is there.
                    assertThat(channel.read(hello.clear())).isPositive();
                }
                assertThat(events.reason()).isEqualTo(CloseReason.HANDSHAKE_FAILED);
            }
            try (var client = secure(serving)) {
                assertThat(client.ask("hello")).startsWith("hello by");
            }
        }
    }

    // The end

    @Contract
    void saysThatNothingMoreComes(Variant variant) throws Exception {
        try (var serving =
                        variant.serveStreams(
                                with(CREDENTIALS.settings()),
                                request -> request.output().writeLine("all"));
                SocketChannel channel = connect(serving);
                TlsChannel tls = TlsChannel.of(channel, CREDENTIALS.client())) {
            StreamClient client = new StreamClient(channel, tls);
            assertThat(client.receive()).isEqualTo("all");
            assertThat(client.receive()).isNull();
            assertThat(tls.wasNotified()).isTrue();
        }
    }

    @Contract
    void tellsAnEndFromAConnectionThatWasCut(Variant variant) throws Exception {
        for (RequestHandler<Request> handler : TELLERS) {
            try (var serving = variant.serve(with(CREDENTIALS.settings()), handler)) {
                Events events = Events.of(serving.server());
                try (var client = secure(serving)) {
                    assertThat(client.ask("hello")).startsWith("hello by");
                    client.halfClose();
                    assertThat(events.reason()).isEqualTo(CloseReason.HANDLED);
                }
                try (SocketChannel channel = connect(serving)) {
                    var client =
                            new StreamClient(channel, TlsChannel.of(channel, CREDENTIALS.client()));
                    assertThat(client.ask("hello")).startsWith("hello by");
                    channel.shutdownOutput();
                    assertThat(events.reason()).isEqualTo(CloseReason.CLIENT_GONE);
                    assertThat(serving.hooks().failure().thrown())
                            .isInstanceOf(DisconnectedException.class)
                            .hasMessageContaining("close_notify");
                }
            }
        }
    }

    // Later

    @Contract
    void followsNewKeysButNoNewHandshake(Variant variant) throws Exception {
        for (RequestHandler<Request> handler : TELLERS) {
            try (var serving = variant.serve(with(CREDENTIALS.settings()), handler)) {
                Events events = Events.of(serving.server());
                for (String protocol : new String[] {"TLSv1.3", "TLSv1.2"}) {
                    SSLEngine engine = CREDENTIALS.client().createSSLEngine();
                    engine.setEnabledProtocols(new String[] {protocol});
                    try (SocketChannel channel = connect(serving);
                            TlsChannel tls = new TlsChannel(channel, engine)) {
                        var client = new StreamClient(channel, tls);
                        assertThat(client.ask("hello")).startsWith("hello by " + protocol);
                        // New keys in 1.3, and a new handshake in 1.2.
                        engine.beginHandshake();
                        boolean goesOn = !isRefused(client);
                        assertThat(goesOn).isEqualTo(protocol.equals("TLSv1.3"));
                        if (goesOn) {
                            assertThat(client.ask("again")).startsWith("again by");
                        }
                    }
                    assertThat(events.reason())
                            .isEqualTo(
                                    protocol.equals("TLSv1.3")
                                            ? CloseReason.HANDLED
                                            : CloseReason.PROTOCOL_ERROR);
                }
            }
        }
    }

    @Contract
    void opensNoRecordsWithoutDataForEver(Variant variant) throws Exception {
        for (RequestHandler<Request> handler : TELLERS) {
            try (var serving = variant.serve(with(CREDENTIALS.settings()), handler)) {
                Events events = Events.of(serving.server());
                try (SocketChannel channel = connect(serving);
                        TlsChannel tls = TlsChannel.of(channel, CREDENTIALS.client())) {
                    var client = new StreamClient(channel, tls);
                    for (int i = 0; i < 3; i++) {
                        tls.takeNewKeys(20);
                        assertThat(client.ask("hello")).startsWith("hello by");
                    }
                    try {
                        tls.takeNewKeys(40);
                    } catch (IOException ended) {
                        // The server has had enough before the last.
                    }
                    assertThat(events.reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
                }
            }
        }
    }

    @Contract
    void takesAProxysHeaderBeforeIt(Variant variant) throws Exception {
        InetSocketAddress announced = new InetSocketAddress("192.0.2.7", 4321);
        ServerOptions options =
                with(CREDENTIALS.settings())
                        .withProxies(
                                set ->
                                        set.withFrom(List.of(Subnet.of("127.0.0.0/8")))
                                                .withFromUnix(true));
        try (var serving =
                        variant.serveStreams(
                                options,
                                request -> request.output().writeLine("" + request.client()));
                SocketChannel channel = connect(serving)) {
            channel.write(ByteBuffer.wrap(ProxyBytes.tcp(announced, announced)));
            try (var client = secure(channel, CREDENTIALS.client(), _ -> {})) {
                assertThat(client.receive()).isEqualTo("" + announced);
            }
        }
    }

    @Contract
    void usesFilesThatHaveChangedUnlessTheyAreBad(Variant variant) throws Exception {
        Path folder = Files.createTempDirectory("reload");
        Path certificate = folder.resolve("tls.crt");
        Path key = folder.resolve("tls.key");
        // As Kubernetes mounts a secret: the names lead through a link that is turned.
        Path link = folder.resolve("..data");
        Files.createSymbolicLink(link, secret(folder, "one"));
        Files.createSymbolicLink(certificate, Path.of("..data", "tls.crt"));
        Files.createSymbolicLink(key, Path.of("..data", "tls.key"));
        TlsSettings settings =
                TlsSettings.pem(certificate, key).withReloadInterval(Duration.ofNanos(1));
        try (var serving = variant.serve(with(settings), TELLERS.getFirst())) {
            assertThat(shown(serving, null)).isEqualTo("CN=one");
            Path two = secret(folder, "two");
            turn(folder, two);
            assertThat(shown(serving, null)).isEqualTo("CN=two");
            Path three = secret(folder, "three");
            Files.copy(
                    two.resolve("tls.key"),
                    three.resolve("tls.key"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            turn(folder, three);
            if (variant.model() != Model.FORKING) {
                assertThat(shown(serving, null)).isEqualTo("CN=two");
                StreamServer server = (StreamServer) serving.server();
                assertThatThrownBy(server::reloadTls)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("not that of the certificate");
                assertThat(shown(serving, null)).isEqualTo("CN=two");
            }
        }
    }

    private static Path secret(Path folder, String name) throws Exception {
        Path secret = Files.createDirectory(folder.resolve(".." + name));
        Credentials.write(
                CREDENTIALS.authority().issue(name),
                secret.resolve("tls.crt"),
                secret.resolve("tls.key"));
        return secret;
    }

    private static void turn(Path folder, Path target) throws IOException {
        Path next = folder.resolve("..next");
        Files.createSymbolicLink(next, target);
        Files.move(next, folder.resolve("..data"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
}
