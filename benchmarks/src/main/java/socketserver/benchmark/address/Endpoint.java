package socketserver.benchmark.address;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where a server listens: a port of 127.0.0.1, or a path.
public record Endpoint(Family family, String place) {
    /// {@return one that nothing listens on yet}
    ///
    /// @param folder where paths are made
    public static Endpoint free(Family family, Path folder) throws IOException {
        InetSocketAddress any = new InetSocketAddress(loopback(), 0);
        return switch (family) {
            case TCP, TLS -> {
                try (var socket = new ServerSocket()) {
                    socket.bind(any);
                    yield new Endpoint(family, Integer.toString(socket.getLocalPort()));
                }
            }
            case UDP -> {
                try (var socket = new DatagramSocket(any)) {
                    yield new Endpoint(family, Integer.toString(socket.getLocalPort()));
                }
            }
            case UNIX, UNIXGRAM ->
                    new Endpoint(family, Files.createTempDirectory(folder, "s") + "/s");
        };
    }

    /// {@return the port}
    public int port() {
        return Integer.parseInt(place);
    }

    /// {@return the address of the port}
    public InetSocketAddress inetAddress() {
        return new InetSocketAddress(loopback(), port());
    }

    /// {@return the path}
    public Path path() {
        return Path.of(place);
    }

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public String toString() {
        return family + ":" + place;
    }
}
