package socketserver.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import socketserver.InheritedSocket;
import socketserver.posix.Libc;

import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// The open sockets that this process was started with: those of the service manager, and those
/// that a [Predecessor] has handed over for addresses of the command line.
///
/// The latter have names that say so: [#nameFor(Endpoint)].
final class PassedSockets {
    private static final String HANDED_OVER = "serve=";

    private final List<InheritedSocket> left;

    private PassedSockets(List<InheritedSocket> all) {
        left = new ArrayList<>(all);
    }

    /// {@return all of them, to be taken one by one}
    static PassedSockets all() {
        return new PassedSockets(InheritedSocket.all());
    }

    /// {@return those of the service manager}
    List<InheritedSocket> ofManager() {
        return left.stream().filter(each -> !isHandedOver(each)).toList();
    }

    private static boolean isHandedOver(InheritedSocket socket) {
        return socket.name().startsWith(HANDED_OVER);
    }

    /// {@return the next one that was handed over for that address, or null if there is none}
    @Nullable Integer take(String address) {
        for (InheritedSocket each : left) {
            if (each.name().equals(nameFor(address))) {
                left.remove(each);
                return each.descriptor();
            }
        }
        return null;
    }

    private static String nameFor(String address) {
        // A colon ends a name.
        return HANDED_OVER + URLEncoder.encode(address, UTF_8);
    }

    /// {@return the name under which the socket of that address is handed over}
    static String nameFor(Endpoint endpoint) {
        if (!endpoint.isOfManager()) {
            return nameFor(endpoint.text());
        }
        return InheritedSocket.all().stream()
                .filter(each -> Objects.equals(each.descriptor(), endpoint.descriptor()))
                .map(InheritedSocket::name)
                .findFirst()
                .orElseThrow();
    }

    /// Closes what was handed over for addresses that are not to be served any more: their clients
    /// are refused rather than left waiting.
    static void closeAllBut(List<Endpoint> used) {
        Set<Integer> numbers =
                used.stream()
                        .map(Endpoint::descriptor)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toSet());
        for (InheritedSocket each : InheritedSocket.all()) {
            if (isHandedOver(each) && !numbers.contains(each.descriptor())) {
                Libc.close(each.descriptor());
            }
        }
    }
}
