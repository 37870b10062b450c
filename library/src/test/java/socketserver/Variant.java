package socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;

import socketserver.framing.Framing;
import socketserver.request.DatagramRequest;
import socketserver.request.Request;
import socketserver.request.RequestHandler;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.io.Serializable;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.List;

/// A family, a model and an engine: what each behaviour of the contract is checked with.
record Variant(String engine, Family family, Model model) {
    /// The engines that the contract is checked for. A further engine is one more name.
    static final List<String> ENGINES = List.of("jdk", "linux");

    static List<Variant> all() {
        return ENGINES.stream()
                .flatMap(
                        engine ->
                                Arrays.stream(Family.values())
                                        .flatMap(
                                                family ->
                                                        Arrays.stream(Model.values())
                                                                .map(
                                                                        model ->
                                                                                new Variant(
                                                                                        engine,
                                                                                        family,
                                                                                        model))))
                .toList();
    }

    /// {@return the variants of one family, for what is the same in all}
    static List<Variant> overTcp() {
        return of(Family.TCP_IPV4);
    }

    /// {@return the variants of those families: every model on each engine that has it}
    static List<Variant> of(Family... families) {
        return all().stream()
                .filter(variant -> List.of(families).contains(variant.family()))
                .filter(
                        variant ->
                                variant.model() != Model.FORKING
                                        || variant.engine().equals("linux"))
                .toList();
    }

    /// {@return whether it is checked with the long cases only: each case starts processes}
    ///
    /// With the others forking is checked for one family of streams and one of packets; CPythonTest
    /// has all of them, and ForkingTest has TLS.
    boolean isLong(Class<?> contract) {
        Family checked = contract == PacketContractTest.class ? Family.UDP_IPV4 : Family.TCP_IPV4;
        return model == Model.FORKING && (family != checked || contract == TlsContractTest.class);
    }

    /// Answers each message with itself.
    static void echo(Request request) throws IOException {
        for (String message; (message = receive(request)) != null; ) {
            answer(request, message);
            if (request instanceof DatagramRequest) {
                return;
            }
        }
    }

    /// {@return handlers that answer each line of a connection: one that reads for itself, and one
    /// that is given frames}
    static List<RequestHandler<Request>> lineHandlers() {
        return List.of(
                Variant::echo,
                ofFamily(Framing.lines().streams((line, request) -> request.send(line))));
    }

    /// What is said to a client of each of its lines.
    interface Telling extends Serializable {
        String of(StreamRequest request, String line);
    }

    /// {@return handlers that say that of each line: one that reads for itself, and one that is
    /// given frames}
    static List<RequestHandler<Request>> tellers(Telling telling) {
        return List.of(
                ofFamily(
                        (StreamRequest request) -> {
                            for (String line; (line = request.input().readLine()) != null; ) {
                                request.output().writeLine(telling.of(request, line));
                            }
                        }),
                ofFamily(
                        Framing.lines()
                                .streams(
                                        (line, request) ->
                                                request.send(
                                                        telling.of(
                                                                (StreamRequest) request.request(),
                                                                line)))));
    }

    /// {@return the next message of the client: a line, or the packet}
    static String receive(Request request) throws IOException {
        return switch (request) {
            case StreamRequest stream -> stream.input().readLine();
            case DatagramRequest datagram -> new String(datagram.packet(), UTF_8);
            default -> throw new IllegalArgumentException("unknown family: " + request);
        };
    }

    static void answer(Request request, String message) throws IOException {
        switch (request) {
            case StreamRequest stream -> stream.output().writeLine(message);
            case DatagramRequest datagram -> datagram.reply(message.getBytes(UTF_8));
            default -> throw new IllegalArgumentException("unknown family: " + request);
        }
    }

    /// {@return the live requests of the server that was asked}
    static List<LiveRequest> rows(Request request) {
        return ((BaseServer<?>) request.server()).requests();
    }

    /// {@return a server that serves}
    Serving serve(RequestHandler<Request> handler) throws IOException {
        return serve(ServerOptions.DEFAULT, new Hooks(), handler);
    }

    Serving serve(ServerOptions options, RequestHandler<Request> handler) throws IOException {
        return serve(options, new Hooks(), handler);
    }

    Serving serve(Hooks hooks, RequestHandler<Request> handler) throws IOException {
        return serve(ServerOptions.DEFAULT, hooks, handler);
    }

    Serving serve(ServerOptions options, Hooks hooks, RequestHandler<Request> handler)
            throws IOException {
        Serving serving = open(options, hooks, handler);
        serving.server().start();
        return serving;
    }

    /// {@return a server that serves connections}
    Serving serveStreams(RequestHandler<StreamRequest> handler) throws IOException {
        return serve(ofFamily(handler));
    }

    Serving serveStreams(ServerOptions options, RequestHandler<StreamRequest> handler)
            throws IOException {
        return serve(options, ofFamily(handler));
    }

    /// {@return a server that serves packets}
    Serving servePackets(RequestHandler<DatagramRequest> handler) throws IOException {
        return serve(ofFamily(handler));
    }

    Serving servePackets(ServerOptions options, RequestHandler<DatagramRequest> handler)
            throws IOException {
        return serve(options, ofFamily(handler));
    }

    /// {@return the same handler, whose requests are those of this variant's family}
    @SuppressWarnings("unchecked") // the family has no others
    static RequestHandler<Request> ofFamily(RequestHandler<? extends Request> handler) {
        return (RequestHandler<Request>) handler;
    }

    /// {@return a server that is bound and does not serve yet}
    Serving open(ServerOptions options, Hooks hooks, RequestHandler<Request> handler)
            throws IOException {
        return open(options, hooks, model.start(), handler);
    }

    Serving open(
            ServerOptions options,
            Hooks hooks,
            Model.Running running,
            RequestHandler<Request> handler)
            throws IOException {
        SocketAddress address = family.address();
        System.setProperty("socketserver.engine", engine);
        try {
            BaseServer<?> server =
                    family.open(
                            address, new Family.Parts(handler, options, running.model(), hooks));
            return new Serving(this, server, hooks, running);
        } catch (Throwable thrown) {
            running.end().run();
            throw thrown;
        } finally {
            System.clearProperty("socketserver.engine");
        }
    }

    @Override
    public String toString() {
        return "%s, %s, %s".formatted(family, model, engine);
    }
}
