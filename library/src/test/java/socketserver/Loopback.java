package socketserver;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/// Addresses of the loopback interface.
final class Loopback {
    private Loopback() {}

    /// {@return one whose port the kernel chooses}
    static InetSocketAddress free() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
