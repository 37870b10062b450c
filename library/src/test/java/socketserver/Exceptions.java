package socketserver;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// What an engine, a family or a model cannot do: the one table of what the contract leaves out.
final class Exceptions {
    private static final Set<Class<?>> OF_CONNECTIONS =
            Set.of(
                    StreamContractTest.class,
                    FileContractTest.class,
                    DeadlineContractTest.class,
                    DrainContractTest.class,
                    ProxyContractTest.class,
                    TlsContractTest.class,
                    BadPeerContractTest.class,
                    TapContractTest.class);

    private static final Set<String> OF_ONE_CLIENT =
            Set.of(
                    "boundsTheRequestsOfOneClient",
                    "countsThoseWhoCameBeforeTheLimit",
                    "saysFarewellToThoseItRefuses");

    static final List<Exceptions.Row> TABLE =
            List.of(
                    new Row(
                            "every behaviour",
                            method -> true,
                            variant ->
                                    variant.family() == Family.UNIX_DATAGRAM
                                            && variant.engine().equals("jdk"),
                            "java.nio.channels.DatagramChannel knows IPv4 and IPv6 only: the"
                                    + " constructor refuses"),
                    new Row(
                            "connections",
                            method -> OF_CONNECTIONS.contains(method.getDeclaringClass()),
                            variant -> !variant.family().isStream(),
                            "a packet has no connection: no lines, half-close, reset or timeouts"),
                    new Row(
                            "packets",
                            method -> method.getDeclaringClass().equals(PacketContractTest.class),
                            variant -> variant.family().isStream(),
                            "a stream has no packets: no empty, truncated or repeated ones"),
                    new Row(
                            "TLS with settings of its own",
                            method -> method.getDeclaringClass().equals(TlsContractTest.class),
                            variant ->
                                    variant.family() == Family.TLS
                                            || variant.family() == Family.TCP_IPV6,
                            "the first has settings already, the second is the same as tcp over"
                                    + " IPv4 to it"),
                    new Row(
                            "clients that a proxy announces",
                            method -> method.getDeclaringClass().equals(ProxyContractTest.class),
                            variant -> variant.family() == Family.TLS,
                            "the header comes before TLS, which the family's clients begin with:"
                                    + " TlsContractTest has it"),
                    new Row(
                            "handshakes at the same time",
                            method -> method.getName().equals("boundsHowManyHandshakesThereAre"),
                            variant -> variant.model() == Model.SYNCHRONOUS,
                            "it does one after the other, on the serving thread"),
                    new Row(
                            "a farewell in the clear",
                            method -> method.getName().equals("saysFarewellToThoseItRefuses"),
                            variant -> variant.family() == Family.TLS,
                            "a client that begins with a handshake would take it for a part of"
                                    + " that: none is sent"),
                    new Row(
                            "clients that go before they have said a word",
                            method -> method.getName().equals("survivesClientsThatCloseAtOnce"),
                            variant -> variant.family() == Family.TLS,
                            "no handler begins before the handshake is done: TlsContractTest has"
                                    + " clients that go in the middle of it"),
                    new Row(
                            "answering two clients at once",
                            method -> method.getName().equals("answersTwoClientsAtOnce"),
                            variant -> variant.model() == Model.SYNCHRONOUS,
                            "it finishes one request before it takes the next one"),
                    new Row(
                            "refusing clients over the limit",
                            method -> method.getName().equals("refusesClientsOverTheLimit"),
                            variant -> variant.model() == Model.SYNCHRONOUS,
                            "it takes no client while a handler runs: the others wait"),
                    new Row(
                            "denying clients by their addresses",
                            method -> method.getName().equals("deniesClientsOfANetwork"),
                            variant ->
                                    variant.family() == Family.UNIX_STREAM
                                            || variant.family() == Family.UNIX_DATAGRAM,
                            "clients of Unix sockets have no addresses of a network"),
                    new Row(
                            "limits of one client, who is busy with one request",
                            method -> OF_ONE_CLIENT.contains(method.getName()),
                            variant ->
                                    !variant.family().isStream()
                                            || variant.model() == Model.SYNCHRONOUS
                                            || (variant.family() == Family.UNIX_STREAM
                                                    && variant.engine().equals("jdk")),
                            "a packet is handled at once, the synchronous model takes one client"
                                    + " after the other, and java.nio.channels does not tell which"
                                    + " user a Unix client is"),
                    new Row(
                            "forking on the jdk engine",
                            method -> true,
                            variant ->
                                    variant.model() == Model.FORKING
                                            && variant.engine().equals("jdk"),
                            "java.nio.channels cannot pass a socket to another process: the model"
                                    + " refuses"),
                    forking(
                            "objects of the request and of the server's table in the handler",
                            "the child's request and server are copies: what is attached to the"
                                    + " server's own request, and its table, stay with it",
                            "showsTheServer",
                            "keepsTheAttributesOfARequest",
                            "givesEachRequestANumberOfItsOwnAndATime",
                            "refusesToReplyOnceTheRequestIsClosed"),
                    forking(
                            "the hooks of one request in one order",
                            "two processes call them at the same time; ForkingTest says which",
                            "callsTheHooksInOrder"),
                    forking(
                            "what a handler waits for, and its bytes while it runs",
                            "the child tells its bytes when it is done; a row that is closed ends"
                                    + " the process, in which nothing more is reported",
                            "waitsForTheRestOfAMessage",
                            "cutsWhatDoesNotEnd",
                            "closingARowEndsAHandlerThatReads",
                            "closingARowEndsAHandlerThatReadsUnderATimeout",
                            "closingARowEndsAHandlerThatWrites",
                            "saysHowMuchAFileThatShrinksHasHad"),
                    forking(
                            "taps that are put on by the server's process",
                            "a tap does not travel: the bytes come and go in the child, whose"
                                    + " request is a copy",
                            "isPutOnFromOutside"),
                    forking(
                            "files of another file system",
                            "a java.nio.file.Path cannot be serialized, so the handler is refused",
                            "sendsAFileOfAnotherFileSystem"));

    private Exceptions() {}

    private static Row forking(String what, String reason, String... methods) {
        return new Row(
                what,
                method -> List.of(methods).contains(method.getName()),
                variant -> variant.model() == Model.FORKING,
                reason);
    }

    /// Behaviours that some variants cannot show, and the reason.
    record Row(
            String what, Predicate<Method> behaviours, Predicate<Variant> variants, String reason) {
        boolean holds(Method behaviour, Variant variant) {
            return behaviours.test(behaviour) && variants.test(variant);
        }

        @Override
        public String toString() {
            return what + ": " + reason;
        }
    }

    static boolean hold(Method behaviour, Variant variant) {
        return TABLE.stream().anyMatch(row -> row.holds(behaviour, variant));
    }
}
