package socketserver.benchmark.micro;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// One line by `RequestInput`, without a socket: whether scanning for its end is worth more code.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LineReading {
    /// How many bytes a line has.
    @Param({"16", "64", "1024"})
    public int length;

    private @Nullable MemoryRequest request;

    /// Reads a line.
    @Benchmark
    public @Nullable String line() throws IOException {
        MemoryRequest made = request;
        if (made == null) {
            made = new MemoryRequest("x".repeat(length - 1) + "\n");
            request = made;
        }
        return made.input().readLine();
    }
}
