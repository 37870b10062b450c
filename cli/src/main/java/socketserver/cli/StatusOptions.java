package socketserver.cli;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// Where the status page is to be, and the token that was set for it.
///
/// @param text the address as it was given
/// @param host the host of it, a name or an address without brackets
/// @param address what to listen on
/// @param token what whoever reads or changes something has to know, or null if one is to be made
///   for changes alone
record StatusOptions(String text, String host, InetSocketAddress address, @Nullable String token) {
    private static final String STATUS = "--status";
    private static final String TOKEN = "--status-token";
    private static final int SHORTEST = 16;

    /// {@return what the two options ask for, or null if they were not given}
    static @Nullable StatusOptions parse(@Nullable String text, @Nullable String token)
            throws WrongArgumentException {
        if (token != null) {
            check(token);
        }
        if (text == null) {
            if (token != null) {
                throw new WrongArgumentException(
                        TOKEN + " was given without --status: add --status 127.0.0.1:8080");
            }
            return null;
        }
        StatusOptions options = at(text, token);
        if (token == null && !options.address.getAddress().isLoopbackAddress()) {
            throw new WrongArgumentException(
                    "%s (%s) is not a loopback address: add %s TEXT, which readers must know"
                            .formatted(STATUS, text, TOKEN));
        }
        return options;
    }

    private static StatusOptions at(String text, @Nullable String token)
            throws WrongArgumentException {
        try {
            Endpoint endpoint = Endpoint.parse("tcp://" + text);
            return new StatusOptions(text, endpoint.host(), endpoint.inetAddress(), token);
        } catch (WrongArgumentException wrong) {
            throw new WrongArgumentException(
                    "%s (%s) must be HOST:PORT: 127.0.0.1:8080 or [::1]:0 (any port)"
                            .formatted(STATUS, text));
        } catch (UnknownHostException unknown) {
            throw new WrongArgumentException(
                    "%s (%s) has an unknown host: give one of this machine's"
                            .formatted(STATUS, text));
        }
    }

    /// The token is not in the message: what goes wrong is often kept for long.
    private static void check(String token) throws WrongArgumentException {
        if (token.length() < SHORTEST || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new WrongArgumentException(
                    "%s (%d characters) must be at least %d of ASCII, without blanks"
                            .formatted(TOKEN, token.length(), SHORTEST));
        }
    }

    /// {@return these options with that port, unless they have one}
    StatusOptions withPort(int port) {
        return address.getPort() != 0
                ? this
                : new StatusOptions(
                        text, host, new InetSocketAddress(address.getAddress(), port), token);
    }

    /// {@return whether reading needs the token, too}
    boolean isClosed() {
        return token != null;
    }
}
