package socketserver.benchmark.micro;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// One unpark, run and park of a thread: what a handler costs that waits for its client, beside the
/// system calls.
///
/// Two threads take turns, so a round is two of them. Virtual threads have one carrier, as on one
/// core.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Djdk.virtualThreadScheduler.parallelism=1")
public class ThreadParking {
    private static final int TURNS = 20_000;

    /// Of virtual threads.
    @Benchmark
    @OperationsPerInvocation(TURNS)
    public void virtual() throws InterruptedException {
        takeTurns(Thread.ofVirtual());
    }

    /// Of platform threads, for comparison.
    @Benchmark
    @OperationsPerInvocation(TURNS)
    public void platform() throws InterruptedException {
        takeTurns(Thread.ofPlatform());
    }

    private static void takeTurns(Thread.Builder builder) throws InterruptedException {
        AtomicInteger turn = new AtomicInteger();
        Thread[] threads = new Thread[2];
        for (int i = 0; i < 2; i++) {
            int own = i;
            threads[i] = builder.unstarted(() -> take(turn, own, threads));
        }
        threads[0].start();
        threads[1].start();
        threads[0].join();
        threads[1].join();
    }

    private static void take(AtomicInteger turn, int own, Thread[] threads) {
        while (turn.get() < TURNS) {
            if (turn.get() % 2 == own) {
                turn.incrementAndGet();
                LockSupport.unpark(threads[1 - own]);
            } else {
                LockSupport.park();
            }
        }
    }
}
