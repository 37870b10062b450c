package socketserver.cli;

import org.jspecify.annotations.Nullable;

import socketserver.InheritedSocket;
import socketserver.request.UnixAddress;
import socketserver.transport.Engine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/// An address to serve, as the command line takes it: `tcp://HOST:PORT`, `udp://HOST:PORT`,
/// `unix:PATH`, `unixgram:PATH`, or an open socket, `fd:N`, those of systemd, `systemd` and
/// `systemd:NAME`, and that of inetd, `inetd:nowait` and `inetd:wait`.
///
/// Before those of connections `tls+` means TLS, and `tls://HOST:PORT` is `tls+tcp://HOST:PORT`.
///
/// A host that is empty or `*` means all addresses of the machine, IPv4 and IPv6. No name is looked
/// up before the address is used.
///
/// @param text the address as it was given
/// @param host a name or an address without brackets, or the path of a Unix socket
/// @param port 0 for any, and for Unix sockets
/// @param descriptor the number of a socket that is open, or null
/// @param tls whether its connections go through TLS
record Endpoint(
        Family family,
        String text,
        String host,
        int port,
        @Nullable Integer descriptor,
        boolean tls) {
    private static final String FORMS =
            "tcp://HOST:PORT, tls://HOST:PORT, udp://HOST:PORT, unix:PATH, unixgram:PATH, fd:N,"
                    + " systemd[:NAME], inetd:nowait or inetd:wait";
    private static final String TLS = "tls";
    private static final String SYSTEMD = "systemd";
    private static final String DESCRIPTOR = "fd:";

    Endpoint(Family family, String text, String host, int port) {
        this(family, text, host, port, null, false);
    }

    /// {@return the address that a text with TLS has, or the text itself}
    private static String inTheClear(String text) {
        return text.startsWith(TLS + "://")
                ? Family.TCP.scheme() + text.substring(TLS.length())
                : text.startsWith(TLS + "+") ? text.substring(TLS.length() + 1) : text;
    }

    /// {@return the address as it was given, but without TLS}
    String address() {
        return inTheClear(text);
    }

    /// {@return the addresses that the text says: one, unless it is those of systemd}
    ///
    /// @param passed the sockets of this process that were not taken yet
    static List<Endpoint> parseAll(String text, PassedSockets passed)
            throws WrongArgumentException {
        String address = inTheClear(text);
        List<Endpoint> all = parseAll(address, passed.take(text), passed);
        if (address.equals(text)) {
            return all;
        }
        List<Endpoint> secure = new ArrayList<>();
        for (Endpoint each : all) {
            if (!each.family.isStream()) {
                throw new WrongArgumentException(
                        "address (%s) has packets: TLS is for connections, tcp:// and unix:"
                                .formatted(text));
            }
            secure.add(
                    new Endpoint(each.family, text, each.host, each.port, each.descriptor, true));
        }
        return secure;
    }

    private static List<Endpoint> parseAll(
            String text, @Nullable Integer socket, PassedSockets passed)
            throws WrongArgumentException {
        if (isOfManager(text)) {
            return passed(text, passed.ofManager());
        }
        if (Inetd.isMeant(text)) {
            return List.of(ofInetd(text));
        }
        if (socket == null) {
            return List.of(parse(text));
        }
        if (text.startsWith(DESCRIPTOR)) {
            return List.of(open(text, socket));
        }
        Endpoint parsed = parse(text);
        return List.of(new Endpoint(parsed.family, text, parsed.host, parsed.port, socket, false));
    }

    private static Endpoint ofInetd(String text) throws WrongArgumentException {
        try {
            return open(text, Inetd.socket(text));
        } catch (IOException | UnsupportedOperationException refused) {
            throw new WrongArgumentException("address (" + text + "): " + refused.getMessage());
        }
    }

    private static boolean isOfManager(String text) {
        return text.equals(SYSTEMD) || text.startsWith(SYSTEMD + ":");
    }

    /// {@return whether its socket is one that the service manager has opened}
    boolean isOfManager() {
        return isOfManager(address());
    }

    private static List<Endpoint> passed(String text, List<InheritedSocket> all)
            throws WrongArgumentException {
        List<Endpoint> endpoints = new ArrayList<>();
        for (InheritedSocket each : all) {
            if (text.equals(SYSTEMD) || text.equals(SYSTEMD + ":" + each.name())) {
                endpoints.add(open(text, each.descriptor()));
            }
        }
        if (endpoints.isEmpty()) {
            String names = String.join(", ", all.stream().map(InheritedSocket::name).toList());
            String passed =
                    all.isEmpty() ? "no sockets to this process" : "other sockets: " + names;
            throw new WrongArgumentException(
                    "address (" + text + "): systemd has passed " + passed);
        }
        return endpoints;
    }

    private static Endpoint open(String text, int descriptor) throws WrongArgumentException {
        try {
            Family family =
                    switch (Engine.chosen().kindOf(descriptor)) {
                        case TCP -> Family.TCP;
                        case UDP -> Family.UDP;
                        case UNIX_STREAM -> Family.UNIX;
                        case UNIX_DATAGRAM -> Family.UNIXGRAM;
                    };
            return new Endpoint(family, text, "", 0, descriptor, false);
        } catch (IOException | UnsupportedOperationException refused) {
            throw new WrongArgumentException("address (" + text + "): " + refused.getMessage());
        }
    }

    /// {@return the address that the text says}
    static Endpoint parse(String text) throws WrongArgumentException {
        if (text.matches(DESCRIPTOR + "[0-9]{1,9}")) {
            return open(text, Integer.parseInt(text.substring(DESCRIPTOR.length())));
        }
        for (Family family : Family.values()) {
            String prefix = family.scheme() + (family.hasPort() ? "://" : ":");
            if (text.startsWith(prefix)) {
                String rest = text.substring(prefix.length());
                return family.hasPort() ? inet(family, text, rest) : unix(family, text, rest);
            }
        }
        throw new WrongArgumentException("address (" + text + ") must be " + FORMS);
    }

    private static Endpoint inet(Family family, String text, String rest)
            throws WrongArgumentException {
        int colon = rest.lastIndexOf(':');
        boolean bracketed = rest.startsWith("[");
        String host = colon < 0 ? rest : rest.substring(0, colon);
        if (colon < 0 || bracketed != host.endsWith("]")) {
            throw new WrongArgumentException(
                    "address (" + text + ") has no port: it must be " + FORMS);
        }
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new WrongArgumentException(
                    "address (" + text + ") needs brackets around IPv6: tcp://[::1]:8000");
        }
        return new Endpoint(family, text, host, port(text, rest.substring(colon + 1)));
    }

    private static int port(String text, String digits) throws WrongArgumentException {
        int port = -1;
        if (!digits.isEmpty()
                && digits.length() <= 5
                && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            port = Integer.parseInt(digits);
        }
        if (port < 0 || port > 65_535) {
            throw new WrongArgumentException(
                    "port (" + digits + ") of " + text + " must be from 0 (any) to 65535");
        }
        return port;
    }

    private static Endpoint unix(Family family, String text, String path)
            throws WrongArgumentException {
        Endpoint endpoint = new Endpoint(family, text, path, 0);
        try {
            endpoint.unixAddress();
        } catch (IllegalArgumentException refused) {
            throw new WrongArgumentException("address (" + text + "): " + refused.getMessage());
        }
        return endpoint;
    }

    /// {@return whether it means all addresses of the machine, of both versions of IP}
    private boolean isAny() {
        return host.isEmpty() || host.equals("*");
    }

    /// {@return whether IPv4 alone is to be served: `0.0.0.0` was given}
    boolean isIpv4Only() {
        return host.equals("0.0.0.0");
    }

    /// {@return the address to bind a TCP or UDP socket to}
    ///
    /// @throws UnknownHostException if it has a name that was not found
    InetSocketAddress inetAddress() throws UnknownHostException {
        return isAny()
                ? new InetSocketAddress(port)
                : new InetSocketAddress(InetAddress.getByName(host), port);
    }

    /// {@return the address to bind a Unix socket to; a path that begins with `@` is a name in
    /// Linux's abstract name space}
    UnixAddress unixAddress() {
        return UnixAddress.parse(host);
    }

    /// {@return the address in the form of the command line, with the port that the kernel chose}
    ///
    /// @param bound what the server listens on
    String boundTo(SocketAddress bound) {
        if (bound instanceof InetSocketAddress inet) {
            return scheme() + "://" + AddressText.hostAndPort(inet);
        }
        return descriptor == null ? text : scheme() + ":" + AddressText.of(bound);
    }

    /// {@return the scheme of the address, which says whether it has TLS}
    String scheme() {
        return !tls ? family.scheme() : family.hasPort() ? TLS : TLS + "+" + family.scheme();
    }

    /// {@return the address as it was given}
    @Override
    public String toString() {
        return text;
    }
}
