package socketserver;

import org.jspecify.annotations.Nullable;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/// How much a server takes, and from whom.
///
/// @param maxConnections how many requests may be live at once, never exceeded: connections, or
///   packets that are being handled; less if the process may not have so many descriptors
/// @param maxPerClient how many of them may be one client's: of one IPv4 address, one IPv6 network,
///   or one user on a Unix socket, where the engine knows him (linux); 0 is as many as there may be
/// @param clientPrefix how many bits of its addresses an IPv6 network shares: a host has usually 64
///   (RFC 6177)
/// @param acceptRate how many requests are taken in a second, on average, and a tenth of them at
///   once; 0 is as many as come
/// @param overLimit what becomes of the next one; one that its own client's limit excludes is
///   refused in any case, because it is known only when it was taken
/// @param farewell what is sent, as UTF-8, to a client whose connection is refused and which does
///   not begin with a TLS handshake, or null for nothing: a line of the protocol that says so;
///   whoever is denied gets none
/// @param allow from where clients may come, empty for anywhere; Unix clients always may
/// @param deny from where they may not, though allowed
public record Limits(
        int maxConnections,
        int maxPerClient,
        int clientPrefix,
        int acceptRate,
        OverLimit overLimit,
        @Nullable String farewell,
        List<Subnet> allow,
        List<Subnet> deny)
        implements Serializable {
    /// What holds unless a program says otherwise: 16,384 live requests, more wait.
    public static final Limits DEFAULT =
            new Limits(16 * 1024, 0, 64, 0, OverLimit.WAIT, null, List.of(), List.of());

    /// What suits a server on the open Internet: 16,384 live requests, 256 of one client; more are
    /// refused.
    public static final Limits EXPOSED =
            DEFAULT.withMaxPerClient(256).withOverLimit(OverLimit.REFUSE);

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if maxConnections is not positive, or one of the other
    ///   numbers is negative
    public Limits {
        Checks.positive("maxConnections", maxConnections);
        Checks.notNegative("maxPerClient", maxPerClient);
        if (clientPrefix < 0 || clientPrefix > 128) {
            throw new IllegalArgumentException(
                    "clientPrefix (%d) must be from 0 to 128".formatted(clientPrefix));
        }
        Checks.notNegative("acceptRate", acceptRate);
        Objects.requireNonNull(overLimit, "overLimit");
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
    }

    /// {@return these limits with that number of live requests}
    public Limits withMaxConnections(int maxConnections) {
        return with(draft -> draft.maxConnections = maxConnections);
    }

    /// {@return these limits with that number of live requests of one client}
    public Limits withMaxPerClient(int maxPerClient) {
        return with(draft -> draft.maxPerClient = maxPerClient);
    }

    /// {@return these limits with that length of an IPv6 network}
    public Limits withClientPrefix(int clientPrefix) {
        return with(draft -> draft.clientPrefix = clientPrefix);
    }

    /// {@return these limits with that number of requests in a second}
    public Limits withAcceptRate(int acceptRate) {
        return with(draft -> draft.acceptRate = acceptRate);
    }

    /// {@return these limits with that treatment of the excess}
    public Limits withOverLimit(OverLimit overLimit) {
        return with(draft -> draft.overLimit = overLimit);
    }

    /// {@return these limits with that text for those who are refused}
    public Limits withFarewell(@Nullable String farewell) {
        return with(draft -> draft.farewell = farewell);
    }

    /// {@return these limits with those blocks of addresses alone, all if there are none}
    public Limits withAllow(List<Subnet> allow) {
        return with(draft -> draft.allow = allow);
    }

    /// {@return these limits without those blocks of addresses}
    public Limits withDeny(List<Subnet> deny) {
        return with(draft -> draft.deny = deny);
    }

    private Limits with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.limits();
    }

    /// Limits that can be changed: the one place where all of them are copied.
    private static final class Draft {
        private int maxConnections;
        private int maxPerClient;
        private int clientPrefix;
        private int acceptRate;
        private OverLimit overLimit;
        private @Nullable String farewell;
        private List<Subnet> allow;
        private List<Subnet> deny;

        Draft(Limits from) {
            maxConnections = from.maxConnections;
            maxPerClient = from.maxPerClient;
            clientPrefix = from.clientPrefix;
            acceptRate = from.acceptRate;
            overLimit = from.overLimit;
            farewell = from.farewell;
            allow = from.allow;
            deny = from.deny;
        }

        Limits limits() {
            return new Limits(
                    maxConnections,
                    maxPerClient,
                    clientPrefix,
                    acceptRate,
                    overLimit,
                    farewell,
                    allow,
                    deny);
        }
    }
}
