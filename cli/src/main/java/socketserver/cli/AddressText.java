package socketserver.cli;

import socketserver.request.UnixAddress;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/// The text of socket addresses, IPv6 as RFC 5952 writes it.
final class AddressText {
    private static final int GROUPS = 8;

    private AddressText() {}

    /// {@return `HOST:PORT`, or for a Unix socket its path}
    static String of(SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            return hostAndPort(inet);
        }
        if (address instanceof UnixAddress unix) {
            return unix.isUnnamed() ? "(unnamed)" : unix.name();
        }
        return address.toString();
    }

    /// {@return `HOST:PORT`, with brackets around an IPv6 address}
    static String hostAndPort(InetSocketAddress address) {
        String host = host(address.getAddress());
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /// {@return the address in digits}
    static String host(InetAddress address) {
        if (!(address instanceof Inet6Address v6)) {
            return address.getHostAddress();
        }
        String full = v6.getHostAddress();
        int scope = full.indexOf('%');
        return shortened(v6.getAddress()) + (scope < 0 ? "" : full.substring(scope));
    }

    /// The longest run of two or more zero groups, the first of equal ones, becomes `::`.
    private static String shortened(byte[] bytes) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = ((bytes[2 * i] & 0xff) << 8) | (bytes[2 * i + 1] & 0xff);
        }
        int start = 0;
        int longest = 1;
        for (int i = 0; i < GROUPS; i++) {
            int end = i;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - i > longest) {
                start = i;
                longest = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (longest > 1 && i == start) {
                text.append("::");
                i += longest - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
