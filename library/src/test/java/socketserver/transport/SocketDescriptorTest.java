package socketserver.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static socketserver.posix.Constants.F_GETFL;
import static socketserver.posix.Constants.SHUT_RDWR;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import socketserver.posix.EpollEvents;
import socketserver.posix.Errno;
import socketserver.posix.Libc;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Who closes a descriptor, who is woken, and what is left of it.
@Timeout(30)
@EnabledOnOs(OS.LINUX)
class SocketDescriptorTest {
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);
    private static final int DUPLICATE = 0; // F_DUPFD of fcntl(2)

    private static <T> FutureTask<T> on(Thread.Builder kind, Callable<T> action) {
        FutureTask<T> task = new FutureTask<>(action);
        kind.start(task);
        return task;
    }

    private static <T> FutureTask<T> virtually(Callable<T> action) {
        return on(Thread.ofVirtual(), action);
    }

    private static <T> T result(FutureTask<T> task) throws Exception {
        return task.get(15, TimeUnit.SECONDS);
    }

    private static boolean isValid(int number) {
        return Libc.fcntl(number, F_GETFL, 0) != Errno.EBADF.result();
    }

    private static void eventually(Callable<Boolean> state) {
        Awaitility.await()
                .pollInSameThread()
                .pollDelay(0, TimeUnit.MILLISECONDS)
                .pollInterval(2, TimeUnit.MILLISECONDS)
                .atMost(15, TimeUnit.SECONDS)
                .until(state);
    }

    // Reads that end early

    /// {@return whether epoll tells of changes only}
    private static boolean isToldOfChanges(SocketDescriptor descriptor) throws IOException {
        String mark = "data: %16x ".formatted(descriptor.mark());
        String line =
                registrations().stream()
                        .filter(each -> each.contains(mark))
                        .findAny()
                        .orElseThrow();
        String events = line.replaceFirst(".*events: *([0-9a-f]+) .*", "$1");
        return (Integer.parseUnsignedInt(events, 16) & EpollEvents.EDGE) != 0;
    }

    @Test
    void whatAReadHasLeftIsTold() throws Exception {
        try (Pair pair = Pair.open(true).drained()) {
            SocketDescriptor ours = pair.ours();
            FutureTask<Boolean> wait = virtually(() -> ours.awaitReadable(0));
            eventually(() -> isRegistered(ours));
            assertThat(Pair.write(pair.peer(), 100)).isEqualTo(100);
            assertThat(result(wait)).isTrue();
            for (int i = 0; i < 100; i++) {
                // As if the read had come to a boundary.
                ours.takeReadable();
                assertThat(result(virtually(() -> ours.awaitReadable(0)))).isTrue();
            }
            assertThat(Pair.read(ours.number())).isEqualTo(100);
            ours.takeReadable();
            assertThat(result(virtually(() -> ours.awaitReadable(50_000_000)))).isFalse();
        }
    }

    @Test
    void thePollerDoesNotTurnForWhatNobodyReads() throws Exception {
        try (Pair pair = Pair.open(true).drained()) {
            SocketDescriptor ours = pair.ours();
            FutureTask<Boolean> wait = virtually(() -> ours.awaitReadable(0));
            eventually(() -> isRegistered(ours));
            assertThat(isToldOfChanges(ours)).isFalse();
            assertThat(Pair.write(pair.peer(), 100)).isEqualTo(100);
            assertThat(result(wait)).isTrue();
            eventually(() -> isToldOfChanges(ours));
            ours.takeReadable();
            assertThat(result(virtually(() -> ours.awaitReadable(0)))).isTrue();
            assertThat(Pair.read(ours.number())).isEqualTo(100);
            ours.takeReadable();
            wait = virtually(() -> ours.awaitReadable(0));
            eventually(() -> !isToldOfChanges(ours));
            Libc.shutdown(pair.peer(), SHUT_RDWR);
            assertThat(result(wait)).isTrue();
            eventually(() -> isToldOfChanges(ours));
        }
    }

    // Closing

    @Test
    void theLastToLeaveGivesTheNumberBack() throws Exception {
        try (Pair pair = Pair.open()) {
            SocketDescriptor ours = pair.ours();
            assertThat(ours.enter()).isTrue();
            assertThat(ours.enter()).isTrue();
            result(
                    on(
                            Thread.ofPlatform(),
                            () -> {
                                ours.close();
                                return true;
                            }));
            assertThat(ours.isOpen()).isFalse();
            assertThat(ours.enter()).isFalse();
            assertThatThrownBy(ours::require).isInstanceOf(ClosedChannelException.class);
            ours.leave();
            assertThat(isValid(ours.number())).isTrue();
            // Whoever is inside, or the peer, waits for nothing more.
            assertThat(Pair.read(pair.peer())).isZero();
            ours.leave();
            assertThat(isValid(ours.number())).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 0", "false, 3600000000000", "true, 0", "true, 3600000000000"})
    void closeWakesTheReaderAndTheWriter(boolean virtual, long timeout) throws Exception {
        try (Pair pair = Pair.open().drained()) {
            SocketDescriptor ours = pair.ours();
            while (Pair.write(ours.number(), 4096) > 0) {
                // until it is full
            }
            CountDownLatch waiting = new CountDownLatch(2);
            List<Thread> threads = new ArrayList<>();
            List<FutureTask<Boolean>> waits = new ArrayList<>();
            for (boolean reads : new boolean[] {true, false}) {
                FutureTask<Boolean> wait =
                        new FutureTask<>(
                                () -> {
                                    waiting.countDown();
                                    return reads
                                            ? ours.awaitReadable(timeout)
                                            : ours.awaitWritable(timeout);
                                });
                waits.add(wait);
                threads.add(
                        virtual
                                ? Thread.ofVirtual().start(wait)
                                : Thread.ofPlatform().daemon().start(wait));
            }
            waiting.await();
            if (virtual) {
                eventually(
                        () ->
                                threads.stream()
                                        .allMatch(each -> each.getState() == Thread.State.WAITING));
            }
            int number = ours.number();
            ours.close();
            for (FutureTask<Boolean> wait : waits) {
                assertThatThrownBy(() -> result(wait))
                        .cause()
                        .isInstanceOf(AsynchronousCloseException.class);
            }
            eventually(() -> !isValid(number));
        }
    }

    /// Checks that a wait for what was closed is over: the call that follows it fails, if not it.
    private static void assertEnded(FutureTask<Boolean> wait) throws Exception {
        try {
            assertThat(result(wait)).isTrue();
        } catch (ExecutionException closed) {
            assertThat(closed).cause().isInstanceOf(AsynchronousCloseException.class);
        }
    }

    // Numbers that are used again

    /// {@return the lines about watched descriptors of all epoll descriptors of this process}
    private static List<String> registrations() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fdinfo"))) {
            for (Path file : files.toList()) {
                try {
                    Files.readAllLines(file).stream()
                            .filter(line -> line.startsWith("tfd:"))
                            .forEach(lines::add);
                } catch (IOException closed) {
                    // It was that of the listing itself, for instance.
                }
            }
        }
        return lines;
    }

    private static boolean isRegistered(SocketDescriptor descriptor) throws IOException {
        String mark = "data: %16x ".formatted(descriptor.mark());
        return registrations().stream().anyMatch(line -> line.contains(mark));
    }

    @Test
    void leavesEpollThoughItsOpenFileLivesOn() throws Exception {
        try (Pair pair = Pair.open().drained()) {
            SocketDescriptor old = pair.ours();
            FutureTask<Boolean> wait = virtually(() -> old.awaitReadable(0));
            eventually(() -> isRegistered(old));
            // As a child process has it.
            int inherited = Libc.fcntl(old.number(), DUPLICATE, 100);
            old.close();
            assertEnded(wait);
            eventually(() -> !isValid(old.number()));
            assertThat(isRegistered(old)).isFalse();
            Libc.close(inherited);
        }
    }

    @Test
    void aReusedNumberHearsNothingOfItsPredecessor() throws Exception {
        List<Integer> inherited = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Pair pair = Pair.open().drained();
            SocketDescriptor old = pair.ours();
            FutureTask<Boolean> wait = virtually(() -> old.awaitReadable(0));
            eventually(() -> isRegistered(old));
            inherited.add(Libc.fcntl(old.number(), DUPLICATE, 100));
            // The event may be on its way while the number is given to another.
            Pair.write(pair.peer(), 1);
            old.close();
            assertEnded(wait);
            try (Pair next = Pair.open().drained()) {
                assertThat(result(virtually(() -> next.ours().awaitReadable(1_000_000)))).isFalse();
                Pair.write(pair.peer(), 1);
                assertThat(result(virtually(() -> next.ours().awaitReadable(1_000_000)))).isFalse();
                Pair.write(next.peer(), 1);
                assertThat(result(virtually(() -> next.ours().awaitReadable(0)))).isTrue();
            }
            Libc.close(pair.peer());
        }
        inherited.forEach(Libc::close);
    }

    // Waiting

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void timeoutLeavesItUsable(boolean virtual) throws Exception {
        try (Pair pair = Pair.open().drained()) {
            Thread.Builder kind = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
            long start = System.nanoTime();
            assertThat(result(on(kind, () -> pair.ours().awaitReadable(20_000_000)))).isFalse();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
            FutureTask<Boolean> wait = on(kind, () -> pair.ours().awaitReadable(HOUR));
            Pair.write(pair.peer(), 1);
            assertThat(result(wait)).isTrue();
        }
    }

    @Test
    void readerAndWriterMayBeginToWaitAtTheSameTime() throws Exception {
        for (boolean readerFirst : new boolean[] {false, true, false, true}) {
            try (Pair pair = Pair.open().drained()) {
                SocketDescriptor ours = pair.ours();
                while (Pair.write(ours.number(), 4096) > 0) {
                    // until it is full
                }
                FutureTask<Boolean> read = new FutureTask<>(() -> ours.awaitReadable(0));
                FutureTask<Boolean> write = new FutureTask<>(() -> ours.awaitWritable(0));
                // Both have found that nothing is watched yet, and come to the lock now.
                synchronized (ours) {
                    List<Thread> threads =
                            Stream.of(readerFirst ? read : write, readerFirst ? write : read)
                                    .map(SocketDescriptorTest::startUntilItWaits)
                                    .toList();
                    assertThat(threads).allMatch(Thread::isAlive);
                }
                while (Pair.read(pair.peer()) > 0) {
                    // until it is empty
                }
                assertThat(result(write)).isTrue();
                Pair.write(pair.peer(), 1);
                assertThat(result(read)).isTrue();
            }
        }
    }

    private static Thread startUntilItWaits(Runnable task) {
        Thread thread = Thread.ofVirtual().start(task);
        eventually(
                () ->
                        thread.getState() == Thread.State.BLOCKED
                                || thread.getState() == Thread.State.WAITING);
        return thread;
    }

    // Deadlines

    private static WeakReference<SocketDescriptor> closedBeforeItWaits() throws Exception {
        try (Pair pair = Pair.open().drained()) {
            pair.ours().close();
            assertThatThrownBy(() -> result(virtually(() -> pair.ours().awaitReadable(HOUR))))
                    .cause()
                    .isInstanceOf(AsynchronousCloseException.class);
            return new WeakReference<>(pair.ours());
        }
    }

    private static WeakReference<SocketDescriptor> closedWhileItWaits() throws Exception {
        try (Pair pair = Pair.open().drained()) {
            FutureTask<Boolean> wait = virtually(() -> pair.ours().awaitReadable(HOUR));
            pair.ours().close();
            assertEnded(wait);
            return new WeakReference<>(pair.ours());
        }
    }

    private static WeakReference<SocketDescriptor> closedAfterItsTimeouts() throws Exception {
        try (Pair pair = Pair.open().drained()) {
            FutureTask<Boolean> wait = virtually(() -> pair.ours().awaitReadable(100_000));
            assertThat(result(wait)).isFalse();
            // Its deadline lies an hour ahead now, and moves when it is called.
            FutureTask<Boolean> other = virtually(() -> pair.ours().awaitReadable(HOUR));
            Pair.write(pair.peer(), 1);
            assertThat(result(other)).isTrue();
            return new WeakReference<>(pair.ours());
        }
    }

    @Test
    void nothingKeepsAClosedDescriptor() throws Exception {
        List<WeakReference<SocketDescriptor>> closed = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            closed.add(closedBeforeItWaits());
            closed.add(closedWhileItWaits());
            closed.add(closedAfterItsTimeouts());
        }
        eventually(
                () -> {
                    System.gc();
                    return closed.stream().allMatch(each -> each.get() == null);
                });
    }
}
