package socketserver.benchmark.micro;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import socketserver.request.UnixAddress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/// A client's address out of the kernel's bytes, once for each connection or packet: whether it is
/// worth making it only when somebody asks.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AddressMaking {
    private final byte[] inet4 = {127, 0, 0, 1};
    private final byte[] inet6 = {0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    private final byte[] path = "/run/example/socket".getBytes(UTF_8);
    private int port = 1;

    /// Of IPv4.
    @Benchmark
    public InetSocketAddress inet4() throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(inet4), nextPort());
    }

    /// Of IPv6.
    @Benchmark
    public InetSocketAddress inet6() throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(inet6), nextPort());
    }

    /// Of a Unix socket with a path.
    @Benchmark
    public UnixAddress unix() {
        return UnixAddress.of(new String(path, UTF_8));
    }

    private int nextPort() {
        port = port % 65_535 + 1;
        return port;
    }
}
