package socketserver.concurrency;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

import socketserver.request.CloseReason;
import socketserver.request.Request;
import socketserver.request.StreamRequest;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// A child process as its server sees it.
///
/// A platform thread starts it and prints what it says; a virtual one converses with it.
final class Child {
    private static final long START_SECONDS = 60;
    private static final long END_SECONDS = 10;

    private final Children children;
    private final int number;
    private final CompletableFuture<Process> process = new CompletableFuture<>();
    // One for all of its requests: each dependent of onExit() is kept until the process ends.
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();
    // What it has to do next, or nothing if it is let go: given by whoever takes it out of the idle
    // ones.
    private final BlockingQueue<Optional<Errand>> next = new ArrayBlockingQueue<>(1);
    // Where it stands. Guarded by the lock of the children.
    Children.Standing standing = Children.Standing.STARTING;

    Child(Children children, int number) {
        this.children = children;
        this.number = number;
    }

    /// Starts the process, on a thread of its own.
    ///
    /// @param arguments those of [ChildProgram]
    void start(List<String> arguments) {
        Thread.ofPlatform()
                .daemon()
                .name("socketserver-child-" + number)
                .start(() -> startHere(arguments));
    }

    private void startHere(List<String> arguments) {
        ChildCommand command;
        Process started;
        try {
            command = ChildCommand.of(children.settings());
            started = new ProcessBuilder(command.with(arguments)).start();
        } catch (IOException | RuntimeException | Error thrown) {
            process.completeExceptionally(thrown);
            children.ended(this, new IOException("cannot start a child process", thrown));
            return;
        }
        process.complete(started);
        var _ = started.onExit().thenAccept(this::ended);
        CompletableFuture.delayedExecutor(START_SECONDS, TimeUnit.SECONDS)
                .execute(() -> children.endUnlessReady(this));
        Thread.ofPlatform()
                .daemon()
                .name("socketserver-child-errors-" + number)
                .start(() -> print(started.getErrorStream(), () -> System.err));
        Travel.Packed rehearsal = children.rehearsal();
        if (rehearsal != null) {
            command.makeCache(rehearsal);
        }
        print(started.getInputStream(), () -> System.out);
    }

    private void print(InputStream lines, Supplier<PrintStream> where) {
        try (var reader = new BufferedReader(new InputStreamReader(lines, UTF_8))) {
            for (String line; (line = reader.readLine()) != null; ) {
                where.get().println("[child " + process.join().pid() + "] " + line);
            }
        } catch (IOException closed) {
            // It has ended.
        }
    }

    private void ended(Process ended) {
        exit.complete(ended.exitValue());
        children.ended(
                this,
                new IOException(
                        "child process %d ended with %s before it was ready"
                                .formatted(ended.pid(), status(ended))));
    }

    private static String status(Process ended) {
        int status = ended.exitValue();
        return status <= 128
                ? "status " + status
                : "status %d, signal %d".formatted(status, status - 128);
    }

    /// {@return whether it is the process of that number}
    boolean is(long pid) {
        return process.isDone() && !process.isCompletedExceptionally() && pid() == pid;
    }

    /// {@return the number of the process}
    long pid() {
        return process.join().pid();
    }

    void kill() {
        var _ = process.thenAccept(Process::destroyForcibly);
    }

    /// Gives it an errand, or lets it go; called with the lock of the children by whoever has taken
    /// it out of the idle ones.
    void give(@Nullable Errand errand) {
        next.add(Optional.ofNullable(errand));
    }

    /// Lets it do errands until it has done its number or is let go.
    void converse(StreamRequest connection) {
        try {
            rehearse(connection);
        } catch (IOException gone) {
            // It counts as one that could not be started.
            connection.close();
            kill();
            return;
        }
        try (connection) {
            int left = children.settings().requestsPerChild();
            Errand errand = children.ready(this);
            while (true) {
                if (errand == null) {
                    errand = next.take().orElse(null);
                }
                if (errand == null || !serve(errand, connection) || --left == 0) {
                    return;
                }
                errand = children.ready(this);
            }
        } catch (InterruptedException never) {
            Thread.currentThread().interrupt();
        } finally {
            children.leaves(this);
        }
    }

    /// Lets it load what its requests are going to need, which takes a JVM a tenth of a second.
    private void rehearse(StreamRequest connection) throws IOException {
        Travel.Packed rehearsal = children.rehearsal();
        if (rehearsal == null) {
            return;
        }
        Frame.send(connection, Frame.Kind.REHEARSAL, rehearsal.bytes());
        Rehearsal.playServer(connection.server());
        for (Frame frame; (frame = Frame.receive(connection, Frame.MOST_TO_SERVER)) != null; ) {
            switch (frame.kind()) {
                case WANTED -> answer(connection, rehearsal, frame);
                case REHEARSED -> {
                    return;
                }
                default -> throw new IOException("unexpected " + frame.kind());
            }
        }
        throw new EOFException("the child has ended");
    }

    private static void answer(StreamRequest connection, Travel.Packed content, Frame wanted)
            throws IOException {
        byte[] file = content.classFile(new String(wanted.bytes(), UTF_8));
        Frame.send(connection, Frame.Kind.CLASS, file);
    }

    /// {@return whether the child can do another}
    private boolean serve(Errand errand, StreamRequest connection) throws InterruptedException {
        MovableTask task = errand.task();
        if (!task.isWanted()) {
            task.ended(CloseReason.CLOSED, 0, 0);
            return true;
        }
        boolean taken = false;
        CloseReason lost = CloseReason.CHILD_LOST;
        Duration timeout = children.settings().requestTimeout();
        long begin = System.nanoTime();
        try {
            byte[] content = errand.content().bytes();
            Frame.send(connection, Frame.Kind.REQUEST, content, errand.request());
            for (; ; ) {
                connection.readTimeout(left(timeout, begin));
                Frame frame = Frame.receive(connection, Frame.MOST_TO_SERVER);
                if (frame == null) {
                    break;
                }
                switch (frame.kind()) {
                    case WANTED -> answer(connection, errand.content(), frame);
                    case TAKEN -> {
                        taken = true;
                        children.taken();
                        task.moved(
                                new ChildProcess(
                                        process.join().toHandle(),
                                        task.request(),
                                        Instant.now(),
                                        exit),
                                () -> drain(task.request(), connection));
                    }
                    case REFUSED -> {
                        task.failed(
                                new IOException(
                                        "child process %d could not take the request: %s"
                                                .formatted(
                                                        pid(), new String(frame.bytes(), UTF_8))));
                        return false;
                    }
                    case DONE -> {
                        ByteBuffer done = ByteBuffer.wrap(frame.bytes());
                        long bytesIn = done.getLong();
                        long bytesOut = done.getLong();
                        CloseReason reason = CloseReason.valueOf(UTF_8.decode(done).toString());
                        task.ended(reason, bytesIn, bytesOut);
                        return ChildProgram.goesOnAfter(reason);
                    }
                    default -> throw new IOException("unexpected " + frame.kind());
                }
            }
        } catch (ClosedChannelException closed) {
            if (!task.isWanted() && !taken) {
                // The child waits for the rest of what it was given.
                kill();
                task.ended(CloseReason.CLOSED, 0, 0);
                return false;
            }
        } catch (SocketTimeoutException late) {
            lost = CloseReason.CHILD_TIMEOUT;
            Children.log().log(
                    Level.WARNING,
                    "{0}: child process {1} has not handled it in {2} and is killed",
                    task.request(),
                    Long.toString(pid()),
                    timeout);
            kill();
        } catch (IOException gone) {
            // It has died.
        }
        died(errand, taken, lost);
        return false;
    }

    private static void drain(Request request, StreamRequest connection) {
        byte[] id = ByteBuffer.allocate(Long.BYTES).putLong(request.id()).array();
        // Whoever drains must not wait.
        Thread.startVirtualThread(
                () -> {
                    try {
                        Frame.send(connection, Frame.Kind.DRAIN, id);
                    } catch (IOException gone) {
                        // And its request with it.
                    }
                });
    }

    private static @Nullable Duration left(@Nullable Duration timeout, long begin)
            throws SocketTimeoutException {
        if (timeout == null) {
            return null;
        }
        Duration left = timeout.minusNanos(System.nanoTime() - begin);
        if (!left.isPositive()) {
            throw new SocketTimeoutException();
        }
        return left;
    }

    private void died(Errand errand, boolean taken, CloseReason reason)
            throws InterruptedException {
        Process process = this.process.join();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            kill();
            process.waitFor();
        }
        String what = "child process %d ended with %s".formatted(process.pid(), status(process));
        if (!taken) {
            children.again(errand, new IOException(what + " before it had the request"));
            return;
        }
        Children.log().log(
                Level.WARNING, "{0}: {1} before it was handled", errand.task().request(), what);
        errand.task().ended(reason, 0, 0);
    }
}
