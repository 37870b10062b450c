import socketserver.SocketServer;
import socketserver.TcpServer;
import socketserver.concurrency.ConcurrencyModel;
import socketserver.concurrency.ForkingModel;
import socketserver.request.StreamRequest;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;

/// Factors numbers: small ones at once, one client after the other; each large one in a process of
/// its own, which takes what time it needs, within limits, while others are served.
///
/// ```
/// java --enable-native-access=ALL-UNNAMED -cp socketserver.jar FactorServer.java 7777
/// echo 360 | nc localhost 7777
/// echo 1000000016000000063 | nc localhost 7777
/// ```
///
/// Needs Linux.
final class FactorServer {
    private static final BigInteger SMALL = BigInteger.valueOf(1_000_000_000_000L);
    private static final int MOST_DIGITS = 100;

    private FactorServer() {}

    public static void main(String... args) throws IOException {
        try (var server = open(args.length == 0 ? 7777 : Integer.parseInt(args[0]))) {
            IO.println("listening on " + server.address());
            server.serveForever();
        }
    }

    /// {@return a server on that port of this machine, 0 for any}
    static TcpServer open(int port) throws IOException {
        return open(port, Duration.ofMinutes(1), ConcurrencyModel.synchronous());
    }

    /// {@return one of that model whose large numbers may take that long}
    static TcpServer open(int port, Duration longest, ConcurrencyModel model) throws IOException {
        ForkingModel apart =
                ConcurrencyModel.forking()
                        .withMaxChildren(4)
                        .withRequestTimeout(longest)
                        .withJavaOptions(List.of("-Xmx32m"));
        return SocketServer.tcp(new InetSocketAddress("localhost", port))
                .model(model)
                .open(request -> answer(request, apart));
    }

    private static void answer(StreamRequest request, ForkingModel apart) throws IOException {
        request.readTimeout(Duration.ofSeconds(10));
        String line = request.input().readLine();
        if (line == null) {
            return;
        }
        if (!line.matches("\\d{1," + MOST_DIGITS + "}") || line.matches("0+")) {
            request.output().writeLine("a positive number of at most 100 digits, please");
            return;
        }
        BigInteger number = new BigInteger(line);
        if (number.compareTo(SMALL) < 0) {
            request.output().writeLine(factors(number));
        } else {
            request.continueIn(apart, child -> child.output().writeLine(factors(number)));
        }
    }

    /// {@return the prime factors, by trial division}
    private static String factors(BigInteger number) {
        var factors = new StringJoiner(" ", number + ": ", "");
        BigInteger rest = number;
        BigInteger divisor = BigInteger.TWO;
        while (divisor.multiply(divisor).compareTo(rest) <= 0) {
            if (rest.remainder(divisor).signum() == 0) {
                factors.add(divisor.toString());
                rest = rest.divide(divisor);
            } else {
                divisor = divisor.add(BigInteger.ONE);
            }
        }
        return factors.add(rest.toString()).toString();
    }
}
